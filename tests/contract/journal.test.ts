/** Every adapter of the journal port keeps the same contract. */
import { createJournalMemory } from "#adapters/journal-memory/create-journal-memory.ts";
import { describeJournalContract } from "#tests/contract/journal-contract.ts";
import { createJournalFolder } from "#tests/unit/journal/journal-folders.ts";
import type { Journal } from "#ports/journal.ts";

describeJournalContract("journal-memory", async () => createJournalMemory());

/** Closing the journal removes its folder as well. */
const inFolderOfItsOwn = async (segmentBytes?: number): Promise<Journal> => {
  const place = await createJournalFolder();
  const journal = await place.open(segmentBytes === undefined ? {} : { segmentBytes });
  const close = journal[Symbol.asyncDispose].bind(journal);
  return Object.assign(journal, {
    [Symbol.asyncDispose]: async () => {
      await close();
      await place[Symbol.asyncDispose]();
    },
  });
};

describeJournalContract("journal-segments", () => inFolderOfItsOwn());
describeJournalContract("journal-segments with many small segments", () => inFolderOfItsOwn(2_000));
