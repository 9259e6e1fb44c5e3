/** Calls of the one-time set-up link of an empty server. */
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { Exact } from "./common-schema.ts";
import { UserSchema } from "./user-calls.ts";

const Link = Exact({ token: Type.String({ minLength: 1, maxLength: 128, description: "As the server printed it." }) });

export const openSetup = defineCall({
  id: "openSetup",
  method: "GET",
  path: "/setup",
  access: "public",
  tag: "server",
  summary: "The page of the one-time set-up link",
  query: Link,
  status: 200,
  produces: "text/html; charset=utf-8",
  problems: ["setup_closed"],
});

export const getSetupScript = defineCall({
  id: "getSetupScript",
  method: "GET",
  path: "/setup.js",
  access: "public",
  tag: "server",
  summary: "The script of that page",
  status: 200,
  produces: "text/javascript; charset=utf-8",
});

export const completeSetup = defineCall({
  id: "completeSetup",
  method: "POST",
  path: "/setup",
  access: "public",
  tag: "server",
  summary: "Make the first administrator; the link ends with it",
  query: Exact({ token: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })) }),
  body: Exact({
    token: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: "Here or in the address." })),
    username: Type.String({ minLength: 1, maxLength: 128, pattern: "^[^\\s\\u0000-\\u001f]+$" }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  }),
  status: 201,
  answer: UserSchema,
  problems: ["setup_closed", "password_too_weak", "username_taken", "too_busy", "cross_site"],
});
