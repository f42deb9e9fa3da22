import type { LogMark } from "../model/occurrence.ts";

/**
 * The marks of several files of one log as one sequence. A stale master goes on writing to the
 * file that was rotated away, so the files' times overlap: the earliest mark comes next. Within
 * a file the order of lines holds, whatever the clock did.
 */
export function mergeMarks(files: readonly (readonly LogMark[])[]): readonly LogMark[] {
  const merged: LogMark[] = [];
  const waiting = files.map((marks) => ({ marks, at: 0 }));
  for (;;) {
    let next: { marks: readonly LogMark[]; at: number } | undefined;
    let nextMark: LogMark | undefined;
    for (const file of waiting) {
      const mark = file.marks[file.at];
      if (mark !== undefined && (nextMark === undefined || mark.atMs < nextMark.atMs)) {
        next = file;
        nextMark = mark;
      }
    }
    if (next === undefined || nextMark === undefined) return merged;
    merged.push(nextMark);
    next.at += 1;
  }
}
