/**
 * The bodies of MQTT messages as schemas: the source of their types and of the AsyncAPI document.
 * The decoders check the same by hand, because a schema library per sample costs more than the JSON; a property test holds both together.
 * Members that are not named here are ignored: devices in the field add their own.
 */
import { Nullable } from "#contracts/nullable.ts";
import { type Static, type TSchema, Type } from "typebox";

const MAX_SAFE = Number.MAX_SAFE_INTEGER;
const optionalOrNull = <Schema extends TSchema>(schema: Schema) => Type.Optional(Nullable(schema));

export const MAX_MESSAGE_BYTES = 256 * 1024;
export const MAX_SAMPLES = 5_000;
/** Longer unit texts are not looked up. */
export const MAX_UNIT_LENGTH = 64;
export const MAX_EPOCH_LENGTH = 128;

const SeqSchema = Type.Integer({
  minimum: 0,
  maximum: MAX_SAFE,
  description: "Message number of this device, shared by telemetry and waveform, rising by one, kept across its restarts.",
});
const EpochSchema = Type.Union([Type.String({ minLength: 1, maxLength: MAX_EPOCH_LENGTH }), Type.Number()], {
  description: "Names the life of the counter; a device that lost it makes a new one.",
});
const TimeSchema = Type.Integer({ minimum: 0, maximum: MAX_SAFE, description: "Milliseconds since 1970 UTC." });

const TagsSchema = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
  description: "Tags that the catalogue allows for the metric.",
});

const FlagsSchema = Type.Array(Type.String(), {
  description:
    "What the device's maker says of the sample: names of the 11073 device status (`sensor-off`, `signal-poor`, …) or `motion`; they leave it degraded or bad. Others are ignored.",
});

export const TelemetrySampleSchema = Type.Object({
  metric: Type.String({ description: "A key of the metric catalogue." }),
  t: TimeSchema,
  value: Type.Union([Type.Number(), Type.String(), Type.Boolean(), Type.Null()], {
    description: 'A number in the metric\'s unit, or a code of a coded metric; null, -1, 255, "--" or "nan" from a sensor that is off.',
  }),
  unit: optionalOrNull(Type.String({ description: "UCUM; absent: the catalogue's unit." })),
  quality: optionalOrNull(Type.Union([Type.Literal("good"), Type.Literal("degraded"), Type.Literal("bad")])),
  tags: optionalOrNull(TagsSchema),
  flags: optionalOrNull(FlagsSchema),
});

export const TelemetrySchema = Type.Object({
  seq: SeqSchema,
  epoch: optionalOrNull(EpochSchema),
  samples: Type.Array(TelemetrySampleSchema, { maxItems: MAX_SAMPLES }),
});
export type Telemetry = Static<typeof TelemetrySchema>;

export const VoidSchema = Type.Object(
  { seq: SeqSchema, epoch: optionalOrNull(EpochSchema), void: Type.Literal(true) },
  { description: "A message number that the device cannot send again." },
);

const SenmlRecordSchema = Type.Object(
  {
    bn: Type.Optional(Type.String()),
    bt: Type.Optional(Type.Number()),
    bu: Type.Optional(Type.String()),
    bv: Type.Optional(Type.Number()),
    bs: Type.Optional(Type.Number()),
    bver: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
    n: Type.Optional(Type.String({ description: "Its last part is a key of the metric catalogue." })),
    u: Type.Optional(Type.String({ description: "A SenML unit, else UCUM. `%` is a ratio in RFC 8428: `/100` says percent." })),
    v: Type.Optional(Type.Union([Type.Number(), Type.Null(), Type.String()])),
    vs: Type.Optional(Type.String()),
    vb: Type.Optional(Type.Boolean()),
    vd: Type.Optional(Type.String()),
    s: Type.Optional(Type.Number()),
    t: Type.Optional(Type.Number({ description: "Seconds; below 2^28 relative to the arrival." })),
    ut: Type.Optional(Type.Number()),
    seq: Type.Optional(SeqSchema),
    epoch: optionalOrNull(EpochSchema),
    quality: optionalOrNull(Type.String()),
    tags: optionalOrNull(TagsSchema),
    flags: optionalOrNull(FlagsSchema),
  },
  { description: "RFC 8428 record; seq and epoch stand in the first, quality, tags and flags beside a value." },
);
export const SenmlPackSchema = Type.Array(SenmlRecordSchema, { minItems: 1, maxItems: MAX_SAMPLES });

export const WaveformSchema = Type.Object({
  seq: SeqSchema,
  epoch: optionalOrNull(EpochSchema),
  signal: Type.String({ pattern: "^[A-Za-z0-9_-]{1,64}$" }),
  t0: TimeSchema,
  hz: Type.Number({ exclusiveMinimum: 0, maximum: 100_000 }),
  unit: optionalOrNull(
    Type.String({ maxLength: MAX_UNIT_LENGTH, description: "UCUM; absent: that of the metric of this name, else `1`." }),
  ),
  values: Type.Array(Type.Union([Type.Number(), Type.Null()]), { description: "Equally spaced from t0; null where nothing was measured." }),
});
export type Waveform = Static<typeof WaveformSchema>;

export const StatusSchema = Type.Object({
  online: Type.Optional(Type.Boolean()),
  battery: optionalOrNull(Type.Number({ description: "Percent." })),
  rssi: optionalOrNull(Type.Number({ description: "dBm." })),
  firmware: optionalOrNull(Type.String({ maxLength: 64 })),
});

export const ReceiptSchema = Type.Object({
  seq: Type.Integer({ minimum: 0, description: "Highest number of the epoch on disk; all below it are too, except the missing ones." }),
  epoch: Type.Optional(EpochSchema),
  missing: Type.Array(Type.Integer({ minimum: 0 }), { maxItems: 100, description: "The newest numbers never seen, to be sent again." }),
});
export type Receipt = Static<typeof ReceiptSchema>;

export const CommandSchema = Type.Object({
  v: Type.Literal(1, { description: "Version of this body." }),
  id: Type.String({ minLength: 1, maxLength: 64 }),
  type: Type.Union([Type.Literal("report_now"), Type.Literal("identify"), Type.Literal("set_interval")]),
  /** A device ignores a command that comes later. */
  expiresAt: TimeSchema,
  parameters: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]))),
});
export type Command = Static<typeof CommandSchema>;
