/** Every frame of the live feed (contract section 4): the one source of types, validation and the AsyncAPI document. */
import { Nullable } from "#contracts/nullable.ts";
import { Type } from "typebox";
import type { Static } from "typebox";
import { AlertSchema } from "#contracts/live/alert-schema.ts";

export const LIVE_PATH = "/api/v1/live";
export const LIVE_SUBPROTOCOL = "homeward.v1";
export const TICKET_SUBPROTOCOL_PREFIX = "ticket.";
export const HEARTBEAT_SECONDS = 10;
export const MAX_CLIENT_FRAME_BYTES = 65_536;
export const MAX_SUBSCRIPTIONS = 32;

/** Close codes of the feed and what the viewer should do. */
export const LIVE_CLOSE_CODES = {
  1001: "The server stops; connect again and resume.",
  1008: "Abuse: too many frames, or too many that are not of this protocol.",
  1009: "A frame was bigger than 64 KiB.",
  1013: "The viewer did not keep up (1 MiB waited, or no pong for 20 s); connect again and resume.",
  4401: "Signed out: the session ended.",
  4403: "Not allowed: the account may no longer use the feed.",
} as const;

const Cursor = Type.String({
  pattern: "^[0-9]{1,16}$",
  description: "Place in the feed; decimal text that only rises. Send the last one seen as `after`.",
});
const SubscriptionId = Type.String({
  minLength: 1,
  maxLength: 64,
  description: "Chosen by the client; the same id again replaces the subscription.",
});
const Time = Type.Integer({ description: "ms since 1970 UTC" });
const Id = Type.String({ minLength: 1, maxLength: 128 });

const SubscribeFrame = Type.Object(
  {
    type: Type.Literal("subscribe"),
    id: SubscriptionId,
    alerts: Type.Optional(
      Nullable(
        Type.Object({
          minSeverity: Type.Optional(
            Type.Enum(["S1", "S2", "S3", "S4"], { description: "S1 is the most severe; S4 (the default) means all of them." }),
          ),
          technical: Type.Optional(Type.Boolean({ description: "Technical alerts (T) too; default true." })),
        }),
      ),
    ),
    patients: Type.Optional(
      Type.Array(Id, {
        maxItems: 2_000,
        description:
          '`["*"]` (the default): everyone this user may see, now and later. Ids the user may not see are silently without events.',
      }),
    ),
    metrics: Type.Optional(Type.Array(Id, { maxItems: 200, description: '`["*"]` (the default): all; empty: no readings.' })),
    after: Type.Optional(
      Type.Union([Type.String({ maxLength: 200 }), Type.Number(), Type.Null()], {
        description: "Resume: cursor of the last frame seen. What cannot be replayed is answered by `gap`.",
      }),
    ),
  },
  {
    title: "subscribe",
    description: "Absent `alerts`: all alerts and referrals; `null`: none.",
  },
);
const UnsubscribeFrame = Type.Object({ type: Type.Literal("unsubscribe"), id: SubscriptionId }, { title: "unsubscribe" });
const ReceiptFrame = Type.Object(
  { type: Type.Literal("receipt"), cursor: Cursor },
  { title: "receipt", description: "Alerts up to here reached a screen." },
);

const ReadingSchema = Type.Object({
  patient: Id,
  metric: Id,
  t: Time,
  value: Type.Union([Type.Number(), Type.String(), Type.Null()], {
    description: "In the catalogue's unit; null when the sensor was off; text for coded metrics.",
  }),
  quality: Type.Enum(["good", "degraded", "bad"]),
  device: Type.Optional(Id),
});

const HelloFrame = Type.Object(
  { type: Type.Literal("hello"), now: Time, version: Type.String(), heartbeatS: Type.Integer() },
  { title: "hello", description: "First frame of every connection. `now` is the server's clinical time." },
);
const SnapshotFrame = Type.Object(
  {
    type: Type.Literal("snapshot"),
    id: SubscriptionId,
    cursor: Cursor,
    alerts: Type.Array(AlertSchema),
    readings: Type.Array(ReadingSchema),
  },
  {
    title: "snapshot",
    description:
      "First answer to every subscribe: open alerts and latest readings as they are now. `cursor` is where the stream of this subscription begins: " +
      "without `after` the newest; with it the cursor given, and then every transition missed follows in order, then live ones.",
  },
);
const ReadingFrame = Type.Object(
  { type: Type.Literal("reading"), ...ReadingSchema.properties, coalesced: Type.Optional(Type.Literal(true)) },
  {
    title: "reading",
    description:
      "Sent at most every 100 ms. A viewer that does not keep up gets the latest of each patient, metric and device, marked `coalesced`.",
  },
);
const AlertFrame = Type.Object(
  { type: Type.Literal("alert"), cursor: Cursor, version: Type.Integer({ minimum: 1 }), alert: AlertSchema },
  {
    title: "alert",
    description:
      "One transition of one alert, at once when it is durable; never dropped or merged. A connection gets a live transition once, however many of its subscriptions want it.",
  },
);
const ReferralFrame = Type.Object(
  {
    type: Type.Literal("referral"),
    cursor: Cursor,
    version: Type.Integer({ minimum: 1 }),
    referral: Type.Object({}, { additionalProperties: true }),
  },
  { title: "referral", description: "One transition of one referral; never dropped or merged." },
);
const DeviceFrame = Type.Object(
  {
    type: Type.Literal("device"),
    cursor: Cursor,
    event: Type.Enum(["device.silent", "device.returned"]),
    device: Id,
    patient: Type.Optional(Nullable(Id)),
    at: Type.Optional(Time),
  },
  { title: "device", description: "A device fell silent or returned; never dropped or merged." },
);
const GapFrame = Type.Object(
  { type: Type.Literal("gap"), id: SubscriptionId, from: Type.String(), to: Cursor },
  { title: "gap", description: "The server cannot replay from the cursor given: re-read over HTTP. The stream goes on after `to`." },
);
const SystemFrame = Type.Object(
  {
    type: Type.Literal("system"),
    condition: Type.Optional(Type.String({ description: "Stable code, e.g. broker_lost, store_behind, channel_down." })),
    active: Type.Optional(Type.Boolean({ description: "true: raised, false: cleared" })),
    at: Type.Optional(Time),
    detail: Type.Optional(Nullable(Type.String())),
    cursor: Type.Optional(Cursor),
  },
  {
    title: "system",
    description: "A technical condition was raised or cleared; those that hold are sent after hello.",
    additionalProperties: true,
  },
);
const HeartbeatFrame = Type.Object(
  { type: Type.Literal("heartbeat"), now: Time, cursor: Cursor },
  { title: "heartbeat", description: "Every 10 s. `cursor`: everything up to here was sent on this connection, safe as `after`." },
);
const ErrorFrame = Type.Object(
  { type: Type.Literal("error"), code: Type.String(), message: Type.String(), id: Type.Optional(SubscriptionId) },
  { title: "error", description: "The last frame was not accepted and changed nothing." },
);

export const CLIENT_FRAMES = { subscribe: SubscribeFrame, unsubscribe: UnsubscribeFrame, receipt: ReceiptFrame } as const;
export const SERVER_FRAMES = {
  hello: HelloFrame,
  snapshot: SnapshotFrame,
  reading: ReadingFrame,
  alert: AlertFrame,
  referral: ReferralFrame,
  device: DeviceFrame,
  gap: GapFrame,
  system: SystemFrame,
  heartbeat: HeartbeatFrame,
  error: ErrorFrame,
} as const;

export type SubscribeRequest = Static<typeof SubscribeFrame>;
export type ClientFrame = SubscribeRequest | Static<typeof UnsubscribeFrame> | Static<typeof ReceiptFrame>;
/** What a viewer may find in a message of the server. */
export type ServerFrame = { [Name in keyof typeof SERVER_FRAMES]: Static<(typeof SERVER_FRAMES)[Name]> }[keyof typeof SERVER_FRAMES];
