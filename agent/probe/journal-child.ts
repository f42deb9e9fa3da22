import { createLineJoiner, isSeparator, LONGEST_ENTRY } from "./journal-lines.ts";
import { spawnJournal } from "./journal-process.ts";

/** How a journalctl ended. */
export interface JournalEnd {
  /** It ended by itself, without an error. */
  readonly ok: boolean;
  /** Why not, in one line: its own last words, a signal, or why it could not be started. */
  readonly reason: string;
  /** Lines longer than any entry is. */
  readonly tooLong: number;
}

/** What a journalctl calls. None may throw. */
export interface JournalChildEvents {
  /** One line of its output, without its end. */
  line(text: string): void;
  /** One line that it said on stderr. */
  said(text: string): void;
  /** Once, after its last line, and never before `StartJournal` has returned. */
  ended(end: JournalEnd): void;
}

/** A running journalctl. */
export interface JournalChild {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
}

/** Starts a journalctl. Never throws. */
export type StartJournal = (
  parameters: readonly string[],
  events: JournalChildEvents,
) => JournalChild;

/** Starts journalctl of this host; a line that is torn at its end is not handed on. */
export const startJournal: StartJournal = (parameters, events) => {
  const child = spawnJournal(parameters, events.said);
  const lines = createLineJoiner(LONGEST_ENTRY);
  child.output?.on("data", (piece: string) => {
    for (const line of lines.add(piece)) {
      if (!isSeparator(line)) events.line(line);
    }
  });
  async function tellEnd(): Promise<void> {
    const failure = await child.ended;
    const reason = failure?.why ?? "it ended";
    events.ended({ ok: failure === undefined, reason, tooLong: lines.tooLong() });
  }
  void tellEnd();
  return child;
};
