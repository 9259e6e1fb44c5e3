/** All devices' inboxes: rebuilt from the checkpoint and the journal at start, saved at most a minute apart. */
import type { DeviceId } from "#core/ids.ts";
import type { Retention } from "#core/samples/admission.ts";
import { MINUTE } from "#core/time.ts";
import type { CheckpointFile } from "#ports/checkpoint-file.ts";
import type { TransportClock } from "#ports/clock.ts";
import type { Diagnostics } from "#ports/diagnostics.ts";
import type { Committed, Journal } from "#ports/journal.ts";
import { DeviceInbox, type DeviceInboxState, newestOf } from "./device-inbox.ts";

export interface Inboxes {
  of(device: DeviceId): DeviceInbox;
  changed(inbox: DeviceInbox): void;
  save(): Promise<void>;
}

export interface InboxesOptions {
  readonly journal: Journal;
  readonly checkpoint: CheckpointFile;
  readonly transportClock: TransportClock;
  readonly diagnostics: Diagnostics;
  readonly retention: Retention;
}

export const openInboxes = async (options: InboxesOptions): Promise<Inboxes> => {
  const { journal, checkpoint, retention } = options;
  const inboxes = new Map<DeviceId, DeviceInbox>();
  const inboxOf = (device: DeviceId): DeviceInbox => {
    let inbox = inboxes.get(device);
    if (inbox === undefined) {
      inbox = new DeviceInbox(device, retention);
      inboxes.set(device, inbox);
    }
    return inbox;
  };

  const saved = await checkpoint.load();
  for (const state of parseStates(saved?.state))
    inboxes.set(state.device as DeviceId, new DeviceInbox(state.device as DeviceId, retention, state));
  let position = saved === null ? 0 : Math.min(saved.position, journal.head);
  for await (const batch of journal.read(Math.max(position + 1, journal.tail))) {
    for (const committed of batch) {
      replay(committed, inboxOf);
      position = committed.position;
    }
  }
  journal.setCursor("receive", position);

  let dirty = false;
  let saving: Promise<void> | null = null;
  const save = async (): Promise<void> => {
    dirty = false;
    const upTo = journal.head;
    await checkpoint.save(
      upTo,
      [...inboxes.values()].map((inbox) => inbox.state()),
    );
    journal.setCursor("receive", upTo);
  };
  const timer = options.transportClock.every(MINUTE, () => {
    if (!dirty || saving !== null) return;
    saving = save()
      .catch((cause: unknown) => options.diagnostics.warn("receive_checkpoint_failed", {}, cause))
      .finally(() => {
        saving = null;
      });
  });

  return {
    of: inboxOf,
    changed: () => {
      dirty = true;
    },
    async save() {
      timer.cancel();
      await saving;
      await save();
    },
  };
};

const replay = ({ entry }: Committed, inboxOf: (device: DeviceId) => DeviceInbox): void => {
  if (entry.kind === "message") {
    // A name in a topic that told of nothing is no device to remember.
    const newest = newestOf(entry);
    if (newest !== Number.NEGATIVE_INFINITY) inboxOf(entry.device).hears(newest);
  }
  if (entry.kind === "message" && entry.seq !== undefined && entry.life !== undefined) {
    inboxOf(entry.device).numbers.restore(entry.life, entry.seq, entry.epoch, entry.hash);
  } else if (entry.kind === "data-gap") {
    const { numbers } = inboxOf(entry.device);
    if (entry.reason === "arrived") numbers.reclaim(entry.life, entry.from);
    else numbers.close(entry.life, entry.from, entry.to);
  }
};

/** Our own file, but a damaged one must not stop the start: what does not look like a state is left out and replayed. */
const parseStates = (state: unknown): DeviceInboxState[] =>
  Array.isArray(state)
    ? state.filter((item): item is DeviceInboxState => typeof item === "object" && item !== null && "device" in item && "numbers" in item)
    : [];
