/** The form of one HTTP call as data: the gateway serves it, OpenAPI describes it, clients are typed by it. */
import type { Access } from "#core/access/permissions.ts";
import type { HttpErrorCode } from "#contracts/errors/http.ts";
import type { Static, TObject, TSchema } from "typebox";

type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Call {
  /** Operation id, unique. */
  readonly id: string;
  readonly method: HttpMethod;
  /** Whole path; parameters as `{id}`. */
  readonly path: string;
  readonly access: Access;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: TObject;
  /** Values are coerced from text; arrays may be repeated or comma-separated. */
  readonly query?: TObject;
  readonly body?: TSchema;
  /** True when the body may be left out. */
  readonly bodyOptional?: boolean;
  readonly status: 200 | 201 | 202 | 204;
  readonly answer?: TSchema;
  /** Content type of an answer that is not JSON. */
  readonly produces?: string;
  /** Problems beyond those every call may answer. */
  readonly problems?: readonly HttpErrorCode[];
}

/** Keeps the literal types, so that handlers and clients know what goes in and out. */
export const defineCall = <const C extends Call>(call: C): C => call;

type StaticOr<S, Otherwise> = S extends TSchema ? Static<S> : Otherwise;
export type ParamsOf<C extends Call> = StaticOr<C["params"], Record<string, never>>;
export type QueryOf<C extends Call> = StaticOr<C["query"], Record<string, never>>;
export type BodyOf<C extends Call> = C["bodyOptional"] extends true
  ? StaticOr<C["body"], undefined> | undefined
  : StaticOr<C["body"], undefined>;

/** A schema's type with every list and member readonly, as the core writes its data. */
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;
export type AnswerOf<C extends Call> = Immutable<StaticOr<C["answer"], undefined>>;
