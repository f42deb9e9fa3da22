import { readFileSync } from "node:fs";

/**
 * True unless the process of this stat file, a `/proc/PID/stat` of proc_pid_stat(5), is in the
 * foreground of its terminal or has none; true too where that could not be told.
 */
export function inBackground(statPath: string): boolean {
  try {
    const stat = readFileSync(statPath, "latin1");
    // the name before the last parenthesis may hold blanks and parentheses
    const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (group === undefined || foreground === undefined) return true;
    return terminal !== "0" && foreground !== group;
  } catch {
    // what cannot be told is held back, which costs nothing but time
    return true;
  }
}
