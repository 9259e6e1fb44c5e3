/** A process that appends messages to a journal and writes a line for every outcome; made to be killed and to meet failing disks. */
import { openJournalSegments } from "#adapters/journal-segments/open-journal-segments.ts";
import { messageEntry } from "#tests/unit/journal/journal-samples.ts";

const [folder = "", total = "Infinity", burst = "50"] = process.argv.slice(2);
const journal = await openJournalSegments({ folder, now: () => 1_767_225_600_000, segmentBytes: 100_000 });
const last = journal.head + Number(total);
let seq = journal.head;
let outstanding = 0;
let scheduled = false;
const finished = Promise.withResolvers<void>();

// Lines go out at once and whole: standard output to a pipe or a file is synchronous here.

/** Several bursts are under way at once, so that commits follow one another without a pause. */
const appendBurst = (): void => {
  scheduled = false;
  for (let left = Number(burst); left > 0 && seq < last; left--) {
    const mine = ++seq;
    outstanding++;
    journal.append(messageEntry(mine), (outcome) => {
      outstanding--;
      process.stdout.write(outcome.ok ? `settled ${outcome.position} ${mine}\n` : `refused ${mine} ${outcome.reason}\n`);
      if (outstanding > Number(burst)) return;
      if (seq < last) {
        if (!scheduled) setImmediate(appendBurst);
        scheduled = true;
      } else if (outstanding === 0) finished.resolve();
    });
  }
};
appendBurst();
await finished.promise;
process.stdout.write(`accepting ${journal.stats().accepting}\n`);
await journal[Symbol.asyncDispose]();
