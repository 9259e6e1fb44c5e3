/** The schema of a value that may be null. */
import { Type, type TSchema } from "typebox";

export const Nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
