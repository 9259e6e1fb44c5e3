/** Calls about signing in and about oneself. */
import { Type } from "typebox";
import { defineCall } from "./call.ts";
import { Exact, Id, Time } from "./common-schema.ts";
import { InstitutionSchema } from "./institution-calls.ts";

export const Me = Exact({
  id: Id,
  username: Type.String(),
  displayName: Type.String(),
  roles: Type.Array(Type.String()),
  permissions: Type.Array(Type.String(), { description: "What the roles allow, so that a client need not know the table." }),
  institution: InstitutionSchema,
});

const Username = Type.String({ minLength: 1, maxLength: 128 });
const Password = Type.String({ minLength: 1, maxLength: 256 });

export const createSession = defineCall({
  id: "createSession",
  method: "POST",
  path: "/api/v1/sessions",
  access: "public",
  tag: "sessions",
  summary: "Sign in",
  description:
    "Answers a bearer token and sets the session cookie. A session ends 30 minutes after its last use, at the latest after 12 hours. The same answer for an unknown user and a wrong password.",
  body: Exact({ username: Username, password: Password }),
  status: 200,
  answer: Exact({ token: Type.String(), user: Me, expiresAt: Time }),
  problems: ["wrong_credentials", "too_many_sign_ins", "too_busy", "cross_site"],
});

export const endSession = defineCall({
  id: "endSession",
  method: "DELETE",
  path: "/api/v1/sessions/current",
  access: "signed-in",
  tag: "sessions",
  summary: "Sign out",
  status: 204,
});

export const getMe = defineCall({
  id: "getMe",
  method: "GET",
  path: "/api/v1/me",
  access: "signed-in",
  tag: "sessions",
  summary: "Who am I, my institution and roles",
  status: 200,
  answer: Me,
});

export const changePassword = defineCall({
  id: "changePassword",
  method: "POST",
  path: "/api/v1/me/password",
  access: "signed-in",
  tag: "sessions",
  summary: "Change my password; ends my other sessions",
  body: Exact({ current: Password, password: Type.String({ minLength: 1, maxLength: 256, description: "The new one." }) }),
  status: 204,
  problems: ["wrong_credentials", "password_too_weak", "too_many_sign_ins", "too_busy"],
});

export const createLiveTicket = defineCall({
  id: "createLiveTicket",
  method: "POST",
  path: "/api/v1/live-tickets",
  access: "live.follow",
  tag: "live",
  summary: "One-time ticket for the live feed",
  description: "Send it within its life as Sec-WebSocket-Protocol: homeward.v1, ticket.<ticket>. It opens one connection.",
  body: Exact({}),
  bodyOptional: true,
  status: 201,
  answer: Exact({ ticket: Type.String(), expiresAt: Time }),
});

export const getTime = defineCall({
  id: "getTime",
  method: "GET",
  path: "/api/v1/time",
  access: "public",
  tag: "server",
  summary: "Clinical time and the speed reached",
  status: 200,
  answer: Exact({ now: Time, speed: Type.Number() }),
});

export const getDemo = defineCall({
  id: "getDemo",
  method: "GET",
  path: "/api/v1/demo",
  access: "public",
  tag: "server",
  summary: "Whether this is a demonstration, and its sign-ins",
  description: "The demonstration listens on loopback and everyone in it is simulated; elsewhere the list is empty.",
  status: 200,
  answer: Exact({
    demo: Type.Boolean(),
    users: Type.Array(
      Exact({
        username: Type.String(),
        password: Type.String(),
        roles: Type.Array(Type.String()),
        institution: Id,
        displayName: Type.Optional(Type.String()),
      }),
    ),
  }),
});
