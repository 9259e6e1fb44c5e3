/** What the log alone tells of a device: its topics, numbers, times, messages and statuses, whatever step of the play they came in. */
import { TokenBucket } from "#adapters/bus-embedded/token-bucket.ts";
import { receiptTopic } from "#contracts/topics.ts";
import { MAX_MESSAGE_BYTES, MAX_SAMPLES } from "#contracts/telemetry-schema.ts";
import type { QuarantineReason } from "#core/samples/quarantine-reason.ts";
import { type CheckId, type Finding, failed, notSeen, ok } from "./checks.ts";
import { explain, type Logbook, type TimeSeen } from "./logbook.ts";

type Seen = Partial<Record<CheckId, Finding>>;

const CATALOGUE: readonly QuarantineReason[] = ["unknown_metric", "unknown_unit", "unknown_tag", "out_of_range"];
const LIMITS: readonly QuarantineReason[] = ["too_big", "too_many_samples"];
/** DEV-6 is raised above it (semantics 3.1). */
const MOST_OFFSET_MS = 60_000;
/** A device may save up a burst and then send on at its rate (contract section 2); the broker reads no faster, so an empty bucket is a flood. */
const PER_SECOND = 500;
const BURST = 4_500;

export const judgeLogbook = (log: Logbook, device: string, site: string): Seen => {
  if (log.signIns.length === 0 && log.foreign.length === 0) return {};
  const seen: Seen = { topics: judgeTopics(log, device, site) };
  if (log.signIns.length === 0) return seen;
  const receipts = receiptTopic(site, device);
  seen["receipt-topic"] = log.subscriptions.has(receipts)
    ? ok(`subscribed to ${receipts}`)
    : failed(`never subscribed to ${receipts}`, "Subscribe to it at QoS 1 after each sign-in, before publishing.");
  if (log.arrivals.length > 0) Object.assign(seen, judgeMessages(log), judgeNumbers(log));
  else if (log.foreign.length === 0) {
    seen.payload = failed("signed in, and no message came", "Publish a measurement to telemetry; slow devices need --patience.");
  }
  return { ...seen, ...judgeStatus(log) };
};

const judgeTopics = (log: Logbook, device: string, site: string): Finding =>
  log.foreign.length === 0
    ? ok(`nothing outside homeward/v1/${site}/${device}/`)
    : failed(log.foreign[0] as string, `Publish below homeward/v1/${site}/${device}/ and subscribe to its receipt and command alone.`);

const judgeMessages = (log: Logbook): Seen => {
  const count = log.arrivals.length === 1 ? "one message" : `${log.arrivals.length} messages`;
  const complaints = [...log.complaints.values()];
  const catalogue = complaints.filter(({ reason }) => CATALOGUE.includes(reason));
  const limits = complaints.filter(({ reason }) => LIMITS.includes(reason));
  const others = complaints.filter((one) => !catalogue.includes(one) && !limits.includes(one));
  const misdelivered = log.misdelivered[0];
  return {
    delivery:
      misdelivered === undefined
        ? ok(`${count}, as asked`)
        : failed(misdelivered, "Publish telemetry at QoS 1 with retain off; waveform at QoS 0 or 1 with retain off."),
    payload:
      others.length > 0
        ? failed(others.map(explain).join("; "), "Correct it; the server would keep it in quarantine.")
        : log.unnumbered > 0 && limits.length === 0
          ? failed(`${log.unnumbered} of ${count} carried no seq`, "Give every message a seq: without it there is no receipt.")
          : ok(`${count} decoded by the server's own decoder`),
    catalogue:
      catalogue.length > 0
        ? failed(catalogue.map(explain).join("; "), "Use a key, the tags and a convertible UCUM unit of the catalogue.")
        : ok("nothing unknown, nothing out of range"),
    limits:
      limits.length > 0
        ? failed(limits.map(explain).join("; "), "Split it: each message with a seq of its own.")
        : ok(`at most ${log.mostBytes} bytes of ${MAX_MESSAGE_BYTES}, samples ${log.mostSamples} of ${MAX_SAMPLES}`),
    rate: judgeRate(log.arrivals),
    clock: judgeClock(log.times),
  };
};

const judgeRate = (arrivals: readonly number[]): Finding => {
  const bucket = new TokenBucket(PER_SECOND, BURST, arrivals[0] ?? 0);
  let most = 0;
  let from = 0;
  for (const [index, at] of arrivals.entries()) {
    while (at - (arrivals[from] as number) >= 1_000) from += 1;
    most = Math.max(most, index - from + 1);
    if (bucket.wait(at) > 0) return failed(`${most} messages in one second, and no rest after it`, "Put more samples into each message.");
    bucket.take();
  }
  return ok(`at most ${most} messages in a second`);
};

const judgeClock = (times: readonly TimeSeen[]): Finding => {
  // A backlog is old by right: the freshest message shows the clock.
  const freshest = times.toSorted((a, b) => Math.abs(a.arrivedAt - a.t) - Math.abs(b.arrivedAt - b.t))[0];
  if (freshest === undefined) return notSeen("no readable time came", "Send samples with t.");
  const { seq, t, arrivedAt } = freshest;
  const offset = arrivedAt - t;
  const scale = arrivedAt / t;
  if (scale > 900 && scale < 1_100) return failed(`t of message ${seq} is ${t}: seconds`, "Send milliseconds since 1970 UTC.");
  if (scale < 0.01) return failed(`t of message ${seq} is ${t}: finer than milliseconds`, "Send milliseconds since 1970 UTC.");
  if (Math.abs(offset) <= MOST_OFFSET_MS)
    return ok(`newest t ${offset < 0 ? `${-offset} ms ahead of` : `${offset} ms before`} its arrival`);
  const what = `newest t (message ${seq}) is ${Math.round(Math.abs(offset) / 1_000)} s ${offset < 0 ? "ahead of" : "before"} its arrival`;
  return failed(what, "Set the clock (SNTP) before measuring; check that t is UTC, not local time.");
};

const judgeNumbers = (log: Logbook): Seen => {
  const { lives, falls, jumps } = log;
  const seen: Seen = {};
  const life = log.life;
  if (life === undefined) return seen;
  const never = log.neverSeen(life);
  const fall = falls[0];
  const jump = jumps[0];
  const next = "Count every message, one by one, in one counter for telemetry and waveform that is kept on disk.";
  seen.seq =
    fall !== undefined
      ? failed(`the number fell from ${fall[0]} to ${fall[1]} with new content, without a new epoch`, `${next} Or send an epoch.`)
      : jump !== undefined
        ? failed(`the number jumped from ${jump[0]} to ${jump[1]} on one connection`, next)
        : never.length > 0
          ? failed(`numbers ${never.slice(0, 5).join(", ")} never came, though a receipt asked for them`, next)
          : ok(`${life.first} to ${life.highest}${lives.length === 1 ? "" : `, ${lives.length} epochs`}, none left out`);
  const apart = log.countedApart[0];
  if (apart !== undefined) seen.waveform = failed(`number ${apart} was used by telemetry and by waveform`, next);
  else if (log.waveforms > 0) seen.waveform = ok(`${log.waveforms} blocks within the same numbers`);
  else seen.waveform = notSeen("no waveform came", "Nothing, if the device has none.");
  const changed = log.otherBytes[0];
  const repeated = lives.some(({ numbers }) => [...numbers.values()].some(({ times }) => times > 1));
  if (changed !== undefined) {
    const what = `message ${changed.seq} came again with other bytes`;
    seen["same-bytes"] = failed(what, "Keep the bytes that were sent, and send those again: do not write the message anew.");
  } else if (repeated) seen["same-bytes"] = ok("every repeat was the same");
  const superfluous = [...log.repeatedAfterReceipt];
  if (superfluous.length > 0) {
    const what = `sent ${superfluous.slice(0, 5).join(", ")} again although a receipt had covered ${superfluous.length === 1 ? "it" : "them"}`;
    seen.receipts = failed(what, "Forget every message up to the receipt's seq, except what missing lists.");
  } else if (log.signIns.length > 1 && lives.some(({ numbers }) => [...numbers.values()].some(({ receiptedAt }) => receiptedAt !== null))) {
    seen.receipts = ok("nothing that a receipt had covered came again");
  }
  return seen;
};

const judgeStatus = (log: Logbook): Seen => {
  const seen: Seen = {};
  const status = log.statuses.find(({ retain, qos, problem }) => !retain || qos !== 1 || problem !== null) ?? log.statuses[0];
  const next = 'Publish {"online":true, …} to status at QoS 1 with retain on after each sign-in.';
  if (status === undefined) seen.status = failed("no status came", next);
  else if (status.problem !== null) seen.status = failed(`a status could not be read: ${status.problem}`, next);
  else if (!status.retain || status.qos !== 1)
    seen.status = failed(`a status came at QoS ${status.qos}${status.retain ? "" : ", not retained"}`, next);
  else seen.status = ok("published at QoS 1, retained");
  const will = log.wills[0];
  const willNext = 'Set the last will when connecting: status, {"online":false}, QoS 1, retain on.';
  if (will !== undefined)
    seen["last-will"] = will.retain ? ok("went out at the cut, retained") : failed("the last will is not retained", willNext);
  else if (log.signIns.length > 1) seen["last-will"] = failed("none went out when the connection was cut", willNext);
  return seen;
};
