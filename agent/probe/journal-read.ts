import type { JournalEntry } from "../model/journal.ts";
import type { Read, ReadFailure } from "../model/read.ts";
import { type Boot, parseBoots } from "../parse/journal-boots.ts";
import { parseJournalEntry } from "../parse/journal-entry.ts";
import { success } from "./failures.ts";
import {
  bootsParameters,
  type JournalSpan,
  readParameters,
  tailParameters,
} from "./journal-command.ts";
import { blindnessIn } from "./journal-ends.ts";
import { createLineJoiner, isSeparator, LONGEST_ENTRY } from "./journal-lines.ts";
import { spawnJournal } from "./journal-process.ts";
import { runTool } from "./journal-tool.ts";

/** What reading the journal gives, one after the other. */
export type JournalReading =
  | { readonly kind: "entry"; readonly entry: JournalEntry }
  /** Last, and only where something was amiss: lines that were no entries, and why it ended early. */
  | {
      readonly kind: "gaps";
      readonly malformed: number;
      readonly failure: ReadFailure | undefined;
    };

/**
 * Reads a part of the journal once, oldest entry first, as fast as it is asked for. Never throws;
 * without a rest of kind `gaps` it was read to its end. Leaving early ends journalctl.
 */
export async function* readJournal(span: JournalSpan): AsyncGenerator<JournalReading, void, void> {
  let refused: string | undefined;
  const child = spawnJournal(readParameters(span), (remark) => {
    refused ??= blindnessIn(remark);
  });
  const lines = createLineJoiner(LONGEST_ENTRY);
  let entries = 0;
  let malformed = 0;
  try {
    for await (const piece of child.output ?? []) {
      for (const line of lines.add(String(piece))) {
        if (isSeparator(line)) continue;
        const entry = parseJournalEntry(line);
        if (entry === undefined) {
          malformed += 1;
          continue;
        }
        entries += 1;
        yield { kind: "entry", entry };
      }
    }
    const ended = await child.ended;
    malformed += lines.tooLong() + (lines.torn() ? 1 : 0);
    const told = refused === undefined ? ended : refusal(refused);
    const failure = told ?? (entries === 0 ? await emptiness(span.directory) : undefined);
    if (malformed > 0 || failure !== undefined) yield { kind: "gaps", malformed, failure };
  } finally {
    child.kill("SIGTERM");
  }
}

/** Where there is no journal at all journalctl finds no entry, and says nothing of it. */
async function emptiness(directory: string | undefined): Promise<ReadFailure | undefined> {
  const last = await runTool("journalctl", tailParameters(directory));
  if (!last.ok) return last.failure;
  return parseJournalEntry(last.value) === undefined ? refusal("no journal") : undefined;
}

function refusal(why: string): ReadFailure {
  return { kind: why === "denied" ? "denied" : "gone", what: "journalctl", why };
}

/** All boots that the journal knows, oldest first. */
export async function listBoots(directory: string | undefined): Promise<Read<readonly Boot[]>> {
  const ran = await runTool("journalctl", bootsParameters(directory));
  if (!ran.ok) return ran;
  if (ran.value === "") return { ok: false, failure: refusal("no journal") };
  const boots = parseBoots(ran.value);
  if (boots !== undefined) return success(boots);
  const why = JSON.stringify(ran.value.slice(0, 80));
  return { ok: false, failure: { kind: "malformed", what: "journalctl --list-boots", why } };
}
