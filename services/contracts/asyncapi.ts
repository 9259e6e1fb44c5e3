/** Makes the AsyncAPI 3 document of both doors that carry messages: MQTT (contract section 2) and the live feed (section 4). */
import { CLIENT_FRAMES, LIVE_CLOSE_CODES, LIVE_PATH, LIVE_SUBPROTOCOL, SERVER_FRAMES } from "#contracts/live-protocol.ts";
import {
  CommandSchema,
  MAX_MESSAGE_BYTES,
  ReceiptSchema,
  SenmlPackSchema,
  StatusSchema,
  TelemetrySchema,
  VoidSchema,
  WaveformSchema,
} from "#contracts/telemetry-schema.ts";
import { topicOf } from "#contracts/topics.ts";
import type { Channel } from "#contracts/topics.ts";
import type { TSchema } from "typebox";

type Json = Readonly<Record<string, unknown>>;

export interface AsyncApiOptions {
  readonly version: string;
  /** `host:port` as clients reach it. */
  readonly mqttHost?: string;
  readonly httpHost?: string;
  /** MQTTS and WSS instead of MQTT and WS. */
  readonly secure?: boolean;
}

interface MqttChannel {
  readonly description: string;
  /** As seen by the server. */
  readonly action: "receive" | "send";
  readonly qos: number;
  readonly retain: boolean;
  readonly messages: Readonly<Record<string, { readonly title: string; readonly schema: TSchema }>>;
}

const MQTT: Readonly<Record<Channel, MqttChannel>> = {
  telemetry: {
    description: `Measurements; at most ${MAX_MESSAGE_BYTES / 1024} KiB. A JSON array is a SenML pack (RFC 8428). PUBACK and receipt come after the message is on disk.`,
    action: "receive",
    qos: 1,
    retain: false,
    messages: {
      telemetry: { title: "Samples of one device", schema: TelemetrySchema },
      senml: { title: "SenML pack", schema: SenmlPackSchema },
      void: { title: "A number that cannot be sent again", schema: VoidSchema },
    },
  },
  waveform: {
    description: "Blocks of equally spaced values; QoS 0 or 1.",
    action: "receive",
    qos: 1,
    retain: false,
    messages: { waveform: { title: "One block of a signal", schema: WaveformSchema } },
  },
  status: {
    description: "State of the device; retained, and its last will.",
    action: "receive",
    qos: 1,
    retain: true,
    messages: { status: { title: "Device status", schema: StatusSchema } },
  },
  receipt: {
    description: "What is on disk, cumulative, within 1 s of the commit.",
    action: "send",
    qos: 1,
    retain: false,
    messages: { receipt: { title: "Receipt", schema: ReceiptSchema } },
  },
  command: {
    description: "Versioned, expiring requests to the device.",
    action: "send",
    qos: 1,
    retain: false,
    messages: { command: { title: "Command", schema: CommandSchema } },
  },
};

const LIVE_CHANNEL = "live";
const LIVE_RULES = [
  "Sign in with `Authorization: Bearer …`, or with the subprotocols `homeward.v1` and `ticket.<one-time ticket of POST /api/v1/live-tickets>`, or with the session cookie from an allowed origin; never with a token in the URL.",
  "A subscription is answered by `gap` when its `after` cannot be replayed, then always by `snapshot`, then by every transition since the snapshot's cursor in order, then by live ones: none is dropped, merged or repeated within a subscription.",
  "Cursors are decimal text that only rises, also across restarts of the server.",
  `Close codes: ${Object.entries(LIVE_CLOSE_CODES)
    .map(([code, meaning]) => `${code} ${meaning}`)
    .join(" ")}`,
].join("\n\n");

const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
const reference = (path: string): Json => ({ $ref: `#/${path}` });
/** A plain copy: schemas carry nothing else a JSON document shows. */
const plain = (schema: TSchema): Json => JSON.parse(JSON.stringify(schema)) as Json;

const mqttParts = () => {
  const channels: Record<string, Json> = {};
  const operations: Record<string, Json> = {};
  const messages: Record<string, Json> = {};
  for (const [name, { description, action, qos, retain, messages: bodies }] of Object.entries(MQTT) as [Channel, MqttChannel][]) {
    for (const [body, { title, schema }] of Object.entries(bodies))
      messages[`mqtt${capitalised(body)}`] = { name: body, title, contentType: "application/json", payload: plain(schema) };
    channels[name] = {
      address: topicOf("{site}", "{device}", name),
      title: `MQTT ${name}`,
      description,
      servers: [reference("servers/mqtt")],
      parameters: {
        site: { description: "Opaque id of the site, [A-Za-z0-9_-]{1,64}." },
        device: { description: "Opaque id of the device: its client id and user name." },
      },
      messages: Object.fromEntries(Object.keys(bodies).map((body) => [body, reference(`components/messages/mqtt${capitalised(body)}`)])),
    };
    operations[`${action}${capitalised(name)}`] = {
      action,
      channel: reference(`channels/${name}`),
      summary: action === "receive" ? "Published by the device." : "Published by the server.",
      messages: Object.keys(bodies).map((body) => reference(`channels/${name}/messages/${body}`)),
      bindings: { mqtt: { qos, retain, bindingVersion: "0.2.0" } },
    };
  }
  return { channels, operations, messages };
};

const liveParts = () => {
  const messages: Record<string, Json> = {};
  const frames: readonly (readonly [string, Readonly<Record<string, TSchema>>])[] = [
    ["Client", CLIENT_FRAMES],
    ["Server", SERVER_FRAMES],
  ];
  const inChannel: Record<string, Json> = {};
  for (const [side, schemas] of frames)
    for (const [name, schema] of Object.entries(schemas)) {
      const payload = plain(schema);
      messages[`live${side}${capitalised(name)}`] = { name, title: name, contentType: "application/json", payload };
      inChannel[name] = reference(`components/messages/live${side}${capitalised(name)}`);
    }
  const channel: Json = {
    address: LIVE_PATH,
    title: "Live feed",
    description: LIVE_RULES,
    servers: [reference("servers/live")],
    messages: inChannel,
    bindings: {
      ws: {
        method: "GET",
        headers: {
          type: "object",
          properties: {
            Authorization: { type: "string", description: "Bearer token; then no subprotocol is needed." },
            "Sec-WebSocket-Protocol": { type: "string", description: `${LIVE_SUBPROTOCOL}, ticket.<ticket>` },
          },
        },
        bindingVersion: "0.1.0",
      },
    },
  };
  const toMessages = (names: readonly string[]): Json[] => names.map((name) => reference(`channels/${LIVE_CHANNEL}/messages/${name}`));
  const operations: Record<string, Json> = {
    receiveLiveFrames: {
      action: "receive",
      channel: reference(`channels/${LIVE_CHANNEL}`),
      summary: "Sent by the viewer.",
      messages: toMessages(Object.keys(CLIENT_FRAMES)),
    },
    sendLiveFrames: {
      action: "send",
      channel: reference(`channels/${LIVE_CHANNEL}`),
      summary: "Sent by the server.",
      messages: toMessages(Object.keys(SERVER_FRAMES)),
    },
  };
  return { channels: { [LIVE_CHANNEL]: channel }, operations, messages };
};

export const buildAsyncApi = ({
  version,
  mqttHost = "127.0.0.1:1883",
  httpHost = "127.0.0.1:8080",
  secure = false,
}: AsyncApiOptions): Json => {
  const mqtt = mqttParts();
  const live = liveParts();
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Homeward messages",
      version,
      description: "What devices publish and hear over MQTT, and what viewers see live. The HTTP calls are described at /api/openapi.json.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    defaultContentType: "application/json",
    servers: {
      mqtt: {
        host: mqttHost,
        protocol: secure ? "mqtts" : "mqtt",
        protocolVersion: "5.0",
        description:
          "MQTT 3.1.1 and 5. A device signs in with its id as client id and user name and its own secret; it may publish below its own topic and subscribe to its receipt and command alone.",
        security: [reference("components/securitySchemes/deviceSecret")],
      },
      live: {
        host: httpHost,
        protocol: secure ? "wss" : "ws",
        description: "WebSocket without compression; text frames with one JSON object each.",
        security: [reference("components/securitySchemes/bearer"), reference("components/securitySchemes/sessionCookie")],
      },
    },
    channels: { ...mqtt.channels, ...live.channels },
    operations: { ...mqtt.operations, ...live.operations },
    components: {
      messages: { ...mqtt.messages, ...live.messages },
      securitySchemes: {
        deviceSecret: { type: "userPassword", description: "Device id and secret." },
        bearer: { type: "http", scheme: "bearer", description: "Token of POST /api/v1/sessions." },
        sessionCookie: {
          type: "httpApiKey",
          in: "cookie",
          name: "homeward_session",
          description: "The dashboard's session, from an allowed origin.",
        },
      },
    },
  };
};
