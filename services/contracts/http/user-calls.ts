/** Calls about the users of an institution, for its administrators. */
import { ROLES } from "#core/access/roles.ts";
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { ById, Exact, Id, OneOf, Page, Version, paging } from "./common-schema.ts";

const Username = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: "^[^\\s\\u0000-\\u001f]+$",
  description: "No spaces; compared exactly.",
});
const Password = Type.String({ minLength: 1, maxLength: 256 });
const Roles = Type.Array(OneOf(ROLES), { minItems: 1, maxItems: ROLES.length, uniqueItems: true });

export const UserSchema = Exact({
  id: Id,
  username: Type.String(),
  displayName: Type.String(),
  institution: Id,
  roles: Type.Array(Type.String()),
  disabled: Type.Boolean(),
  version: Type.Integer(),
});

export const listUsers = defineCall({
  id: "listUsers",
  method: "GET",
  path: "/api/v1/users",
  access: "users.manage",
  tag: "administration",
  summary: "The users of my institution",
  query: Exact({ ...paging }),
  status: 200,
  answer: Page(UserSchema),
});

export const getUser = defineCall({
  id: "getUser",
  method: "GET",
  path: "/api/v1/users/{id}",
  access: "users.manage",
  tag: "administration",
  summary: "One user of my institution",
  params: ById,
  status: 200,
  answer: UserSchema,
});

export const createUser = defineCall({
  id: "createUser",
  method: "POST",
  path: "/api/v1/users",
  access: "users.manage",
  tag: "administration",
  summary: "Add a user to my institution",
  body: Exact({
    username: Username,
    password: Password,
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    roles: Roles,
    institution: Type.Optional(Type.String({ maxLength: 128, description: "Only my own." })),
  }),
  status: 201,
  answer: UserSchema,
  problems: ["not_found", "username_taken", "password_too_weak", "too_busy"],
});

export const changeUser = defineCall({
  id: "changeUser",
  method: "PATCH",
  path: "/api/v1/users/{id}",
  access: "users.manage",
  tag: "administration",
  summary: "Change a user of my institution",
  description: "A new password, other roles or disabling ends the user's sessions.",
  params: ById,
  body: Exact({
    version: Version,
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    roles: Type.Optional(Roles),
    password: Type.Optional(Password),
    disabled: Type.Optional(Type.Boolean()),
  }),
  status: 200,
  answer: UserSchema,
  problems: ["version_conflict", "password_too_weak", "last_administrator", "too_busy"],
});
