/** Receives what devices publish: decode, judge, journal; only then acknowledge and receipt (design section 1). */
import { createHash, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { type DecodeContext, type DecodedMessage, decodeMessage } from "#contracts/decode-message.ts";
import { decodeStatus } from "#contracts/decode-status.ts";
import { encodeReceipt } from "#contracts/receipt.ts";
import { parseTopic, receiptTopic, topicPrefix } from "#contracts/topics.ts";
import { type DeviceId, isTopicSafe } from "#core/ids.ts";
import type { DataGapEntry, JournalEntry, MessageEntry, QuarantinedItem } from "#core/journal-entry.ts";
import type { Retention } from "#core/samples/admission.ts";
import type { RecordedGap } from "#core/samples/message-numbers.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import { describeSample } from "#core/samples/describe-sample.ts";
import type { CheckpointFile } from "#ports/checkpoint-file.ts";
import type { ClinicalClock, TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { AppendOutcome, Journal } from "#ports/journal.ts";
import type { Registry } from "#ports/registry.ts";
import type { BusHandlers, BusMessage, TelemetryBus } from "#ports/telemetry-bus.ts";
import type { UnitConverter } from "#ports/unit-converter.ts";
import { type DeviceInbox, newestOf } from "./device-inbox.ts";
import { type Inboxes, openInboxes } from "./inboxes.ts";
import { Receipts } from "./receipts.ts";
import { SecurityEvents } from "./security-events.ts";

/** Raw bytes kept of what was not accepted (contract section 2). */
const RAW_KEPT = 64 * 1024;
const TOPICS_CACHED = 50_000;
/** Five times this is within a minute. */
const ASK_AGAIN_MS = 10_000;

export interface ReceiveOptions {
  readonly journal: Journal;
  readonly registry: Registry;
  readonly units: UnitConverter;
  readonly clinicalClock: ClinicalClock;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  readonly checkpoint: CheckpointFile;
  readonly retention: Retention;
}

export interface Receive extends AsyncDisposable {
  readonly handlers: BusHandlers;
  /** Receipts go out through this bus from now on. */
  deliverThrough(bus: Pick<TelemetryBus, "publish">): void;
}

interface Route {
  readonly device: DeviceId;
  readonly site: string;
  readonly channel: "telemetry" | "waveform" | "status";
  readonly inbox: DeviceInbox;
}

/** Opens the receiving side: counters and clocks of all devices are rebuilt before it returns. */
export const openReceive = async (options: ReceiveOptions): Promise<Receive> => {
  const { journal, registry, clinicalClock, diagnostics } = options;
  const inboxes = await openInboxes(options);
  const security = new SecurityEvents(options);
  const routes = new Map<string, Route | null>();
  let bus: Pick<TelemetryBus, "publish"> | null = null;

  const append = (entry: JournalEntry): void =>
    journal.append(entry, (outcome) => {
      if (!outcome.ok) refused(outcome);
    });
  const recordGaps = (device: DeviceId, gaps: readonly RecordedGap[], reason: DataGapEntry["reason"]): void => {
    for (const { life, from, to } of gaps) {
      diagnostics.count("homeward_data_gaps_total", 1, { reason });
      append({ kind: "data-gap", device, at: clinicalClock.now(), life, from, to, reason });
    }
  };
  const receipts = new Receipts({
    clock: options.transportClock,
    publish: (device, content) => {
      const site = registry.device(device)?.site;
      if (site !== undefined) bus?.publish(receiptTopic(site, device), encodeReceipt(content));
    },
    onGaps: (device, gaps) => recordGaps(device, gaps, "not_resent"),
  });
  /** Devices that owe numbers: asked again while they are silent, so that a gap is on record within a minute (invariant I2). */
  const incomplete = new Set<DeviceInbox>();
  const asking = options.transportClock.every(ASK_AGAIN_MS, () => {
    for (const inbox of incomplete) {
      const lives = inbox.numbers.livesWithMissing();
      if (lives.length === 0) incomplete.delete(inbox);
      else for (const life of lives) receipts.owe(inbox, life);
    }
  });
  const refused = (outcome: Extract<AppendOutcome, { ok: false }>): void => {
    diagnostics.count("homeward_appends_refused_total", 1, { reason: outcome.reason });
  };

  const countQuarantined = ({ quarantined }: MessageEntry): void => {
    for (const { reason } of quarantined) diagnostics.count("homeward_quarantined_total", 1, { reason });
  };

  const routeOf = (topic: string): Route | null => {
    const known = routes.get(topic);
    if (known !== undefined) return known;
    const parsed = parseTopic(topic);
    const channel = parsed?.channel;
    const route =
      parsed === null || channel === "receipt" || channel === "command" || channel === undefined
        ? null
        : createRoute(parsed.device, parsed.site, channel, inboxes);
    if (routes.size >= TOPICS_CACHED) routes.clear();
    routes.set(topic, route);
    return route;
  };

  /** Whose prefix it is, when it is the sender's own or the broker does not say who sent it: a channel that is none of the contract is a mistake, not a stranger. */
  const ownerOf = ({ sender, topic }: BusMessage): DeviceId | null => {
    const owner = sender ?? (topic.split("/", 4)[3] as DeviceId | undefined) ?? null;
    const site = owner === null ? undefined : registry.device(owner)?.site;
    return owner !== null && site !== undefined && topic.startsWith(topicPrefix(site, owner)) ? owner : null;
  };

  /**
   * Behind another broker the topic is all there is of an identity; that nobody else may publish there is the broker's to see to.
   * What can be seen here is whether the device exists, was not revoked, and belongs to that site (S2).
   */
  const isStranger = ({ device: id, site }: Route): boolean => {
    const device = registry.device(id);
    return device === null || device.revoked || device.site !== site;
  };

  const onForbidden = (route: Route | null, message: BusMessage): DeviceId | null => {
    const owner = ownerOf(message);
    if (message.sender === null && route !== null && registry.device(route.device)?.revoked !== false)
      security.violation({ device: route.device, kind: "bad_credentials", detail: "unknown or revoked device" });
    else if (owner === null) security.wrongBinding(message.sender ?? route?.device ?? null, message.topic);
    return message.sender ?? route?.device ?? owner;
  };

  const onMessage = (message: BusMessage, acknowledge: () => void): void => {
    const route = routeOf(message.topic);
    if (route === null || (message.sender === null ? isStranger(route) : message.sender !== route.device)) {
      // The embedded broker forbids both; behind another broker this is where identity is checked (S2).
      const device = onForbidden(route, message);
      if (device === null) return acknowledge();
      const entry = quarantineWhole(device, message, clinicalClock.now(), route === null ? "bad_topic" : "foreign_device");
      countQuarantined(entry);
      return journal.append(entry, (outcome) => (outcome.ok ? acknowledge() : refused(outcome)));
    }
    if (route.channel === "status") return onStatus(route, message, acknowledge);
    const arrivedAt = clinicalClock.now();
    const context: DecodeContext = { arrivedAt, convert: options.units, sentinels: registry.device(route.device)?.sentinels };
    const { entry, released, hasRival } = understand(route, route.channel, message, context);
    if (hasRival) security.replayedSequence(route.device, entry.seq ?? 0);
    journal.append(entry, (outcome) => {
      if (!outcome.ok) return refused(outcome);
      acknowledge();
      settle(route.inbox, entry);
    });
    if (released !== null) append(released);
    diagnostics.count("homeward_messages_total");
    diagnostics.count("homeward_samples_total", entry.samples.length);
    countQuarantined(entry);
  };

  /** A fault of ours must not become a device's poison loop, nor anybody else's outage: the message is set aside like any other. */
  const understand = (route: Route, channel: "telemetry" | "waveform", message: BusMessage, context: DecodeContext): Judged => {
    try {
      return judge(route, message, decodeMessage(message.payload, channel, context), context.arrivedAt);
    } catch (cause) {
      diagnostics.error("message_not_judged", { channel }, cause);
      return { entry: quarantineWhole(route.device, message, context.arrivedAt, "not_judged"), released: null, hasRival: false };
    }
  };

  const settle = (inbox: DeviceInbox, entry: MessageEntry): void => {
    inboxes.changed(inbox);
    if (entry.seq === undefined || entry.life === undefined) return;
    const gaps = inbox.numbers.commit(entry.life, entry.seq);
    if (gaps.length > 0) recordGaps(entry.device, gaps, "not_resent");
    if (entry.void !== true && inbox.numbers.reclaim(entry.life, entry.seq)) {
      recordGaps(entry.device, [{ life: entry.life, from: entry.seq, to: entry.seq }], "arrived");
    }
    if (inbox.numbers.hasMissing(entry.life)) incomplete.add(inbox);
    if (entry.void === true) recordGaps(entry.device, [{ life: entry.life, from: entry.seq, to: entry.seq }], "voided");
    receipts.owe(inbox, entry.life);
  };

  const onStatus = (route: Route, message: BusMessage, acknowledge: () => void): void => {
    const arrivedAt = clinicalClock.now();
    const status = decodeStatus(message.payload);
    const entry: JournalEntry = status.ok
      ? { kind: "status", device: route.device, arrivedAt, ...status.value }
      : quarantineWhole(route.device, message, arrivedAt, status.problem);
    if (entry.kind === "message") countQuarantined(entry);
    journal.append(entry, (outcome) => (outcome.ok ? acknowledge() : refused(outcome)));
  };

  return {
    deliverThrough(target) {
      bus = target;
    },
    handlers: {
      authenticate: (clientId, username, secret) => {
        if (username !== clientId || secret === null || !isTopicSafe(clientId)) return null;
        const device = registry.device(clientId as DeviceId);
        if (device === null || device.revoked) return null;
        const given = createHash("sha256").update(secret).digest();
        const expected = Buffer.from(device.secretHash, "hex");
        return given.length === expected.length && timingSafeEqual(given, expected) ? device.id : null;
      },
      siteOf: (device) => registry.device(device)?.site ?? null,
      onMessage,
      onConnection: (device, connected) => append({ kind: "status", device, arrivedAt: clinicalClock.now(), online: connected }),
      onViolation: (violation) => security.violation(violation),
      // Our own outage is never a patient's silence (semantics 3.6): it began when nothing came any more.
      onReceiving: (receiving, silentFor) => append({ kind: "receiving", at: clinicalClock.now() - silentFor, receiving }),
    },
    async [Symbol.asyncDispose]() {
      asking.cancel();
      receipts.close();
      await inboxes.save();
    },
  };
};

/** What is remembered of a device begins with its first message that is believed, not with a name in a topic. */
const createRoute = (device: DeviceId, site: string, channel: Route["channel"], inboxes: Pick<Inboxes, "of">): Route => {
  let inbox: DeviceInbox | undefined;
  return {
    device,
    site,
    channel,
    get inbox() {
      return (inbox ??= inboxes.of(device));
    },
  };
};

interface Judged {
  readonly entry: MessageEntry;
  /** Samples of earlier messages that were held back and are believed now. */
  readonly released: MessageEntry | null;
  /** Another source speaks in the device's name too. */
  readonly hasRival: boolean;
}

/** The entry of a message: what its content and its times allow, everything else quarantined beside it. */
const judge = (route: Route, message: BusMessage, decoded: DecodedMessage, arrivedAt: number): Judged => {
  const { inbox } = route;
  const admitted = inbox.admission.admit(decoded.samples, arrivedAt);
  const hash = crc32(message.payload);
  const doubtful = decoded.quarantined.length + admitted.future.length + admitted.old.length;
  const raw = doubtful === 0 ? null : message.payload.slice(0, RAW_KEPT);
  const quarantined: QuarantinedItem[] =
    raw === null
      ? []
      : [
          ...decoded.quarantined.map((item) => ({ ...item, raw })),
          ...admitted.future.map((sample) => ({ reason: "t_future" as const, raw, sample: describeSample(sample) })),
          ...admitted.old.map((sample) => ({ reason: "t_too_old" as const, raw, sample: describeSample(sample) })),
        ];
  const newest = newestOf({ samples: admitted.samples, ...(decoded.waveform === undefined ? {} : { waveform: decoded.waveform }) });
  const isNews = inbox.hears(newest);
  const numbering =
    decoded.seq === undefined ? undefined : { seq: decoded.seq, life: inbox.numbers.assign(decoded.seq, decoded.epoch, hash, isNews) };
  const base = { kind: "message" as const, device: route.device, topic: message.topic, arrivedAt, hash };
  const entry: MessageEntry = {
    ...base,
    samples: inbox.wear.judge(admitted.samples),
    quarantined,
    ...numbering,
    ...(decoded.epoch === undefined ? {} : { epoch: decoded.epoch }),
    ...(decoded.void === true ? { void: true } : {}),
    ...(decoded.waveform === undefined ? {} : { waveform: decoded.waveform }),
  };
  const released = admitted.released.length === 0 ? null : { ...base, samples: admitted.released, quarantined: [] };
  const hasRival =
    numbering !== undefined && inbox.rivals.observe(numbering.seq, decoded.epoch, newest, inbox.numbers.contradicted, arrivedAt);
  return { entry, released, hasRival };
};

const quarantineWhole = (device: DeviceId, message: BusMessage, arrivedAt: number, reason: QuarantineReason): MessageEntry => ({
  kind: "message",
  device,
  topic: message.topic,
  arrivedAt,
  hash: crc32(message.payload),
  samples: [],
  quarantined: [{ reason, raw: message.payload.slice(0, RAW_KEPT) }],
});
