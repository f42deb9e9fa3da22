import { wholeNumber } from "./whole-number.ts";

// state, parent, group, session; the name before them may hold anything
const firstFields = /^\d+ \([^]*\) [A-Za-z] \d+ \d+ (\d+) /;

/** The session id, field 6 of proc_pid_stat(5); undefined when /proc/PID/stat has none. */
export function parseSession(text: string): number | undefined {
  return wholeNumber(firstFields.exec(text)?.[1]);
}
