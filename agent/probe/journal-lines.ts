/** Fifteen fields of less than 4 KiB each, printed as arrays of bytes. */
export const LONGEST_ENTRY = 320 * 1024;
/** What journalctl says on stderr is for people. */
export const LONGEST_REMARK = 2_048;

/** Whether a line of journalctl's output is none of its entries, such as `-- Boot 5b7d… --`. */
export function isSeparator(line: string): boolean {
  return line.startsWith("-- ");
}

/** Puts pieces of a stream together to lines. */
export interface LineJoiner {
  /** The lines that this piece ends, without their ends. */
  add(piece: string): readonly string[];
  /** True when the stream ended in the middle of a line. */
  torn(): boolean;
  /** Lines that were longer than the bound, and of which nothing was kept. */
  readonly tooLong: () => number;
}

/** Keeps at most `maxCharacters` of a line that has not ended yet. */
export function createLineJoiner(maxCharacters: number): LineJoiner {
  let begun = "";
  let skipping = false;
  let tooLong = 0;

  function keep(rest: string): void {
    if (skipping || begun.length + rest.length <= maxCharacters) {
      if (!skipping) begun += rest;
      return;
    }
    begun = "";
    skipping = true;
    tooLong += 1;
  }

  return {
    add(piece) {
      const parts = piece.split("\n");
      const rest = parts.pop() ?? "";
      const lines: string[] = [];
      for (const part of parts) {
        keep(part);
        if (!skipping) lines.push(begun);
        begun = "";
        skipping = false;
      }
      keep(rest);
      return lines;
    },
    torn: () => skipping || begun !== "",
    tooLong: () => tooLong,
  };
}
