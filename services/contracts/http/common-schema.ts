/** Schemas that every call uses: ids, times, pages, problem documents. */
import { Nullable } from "#contracts/nullable.ts";
import { Type, type TObject, type TProperties, type TSchema } from "typebox";

/** An object that refuses members it does not know (reliability S32). */
export const Exact = <P extends TProperties>(properties: P, options: { readonly description?: string } = {}) =>
  Type.Object(properties, { ...options, additionalProperties: false });

/** One of a closed list of texts. */
export const OneOf = <const Values extends readonly string[]>(values: Values, description?: string) =>
  Type.Unsafe<Values[number]>({ type: "string", enum: [...values], ...(description === undefined ? {} : { description }) });

export const Id = Type.String({ minLength: 1, maxLength: 128, description: "Opaque id." });
export const TopicSafe = Type.String({
  pattern: "^[A-Za-z0-9_-]{1,64}$",
  description: "Opaque id that stands in MQTT topics; never a name.",
});
export const Time = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000, description: "Milliseconds since 1970 UTC." });
export const Version = Type.Integer({ minimum: 1, description: "The version on your screen; rises with every change." });
export const Reason = Type.String({ minLength: 1, maxLength: 500, pattern: "\\S", description: "Why, for the audit trail." });
export const Note = Type.String({ maxLength: 2_000 });
export const Bilingual = Exact({ en: Type.String(), zh: Type.String() });

export const ById = Exact({ id: Id });

/** Query members of every list. */
export const paging = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 10_000,
      description: "Most items in one answer, of which there are at most 500; 100 unless told.",
    }),
  ),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 512, description: "The member next of the answer before." })),
};

/** A page of a list: `next` is null at the end. */
export const Page = <S extends TSchema>(item: S) =>
  Exact({ items: Type.Array(item), next: Nullable(Type.String({ description: "Send as cursor for the next page; null: no more." })) });

/** A list filter that may be repeated or comma-separated. */
export const Several = <S extends TSchema>(item: S) => Type.Optional(Type.Array(item, { minItems: 1, maxItems: 100 }));

export const Problem: TObject = Type.Object(
  {
    type: Type.String({ description: "urn:homeward:problem:<code>" }),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: "Stable; listed in docs/errors.md." }),
    detail: Type.String({ description: "What happened here, and what to do." }),
    instance: Type.Optional(Type.String()),
    errors: Type.Optional(
      Type.Array(
        Exact({
          in: OneOf(["body", "query", "params", "headers"]),
          member: Type.String({ description: "JSON pointer of the member; empty for the whole." }),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { description: "RFC 9457 problem document; some codes carry further members." },
);
