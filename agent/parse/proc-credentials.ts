import { wholeNumber } from "./whole-number.ts";

/** Effective ids in /proc/PID/status; undefined when a line is missing or odd. */
export function parseCredentials(
  text: string,
): { readonly uid: number; readonly gid: number } | undefined {
  const uid = wholeNumber(/(?:^|\n)Uid:\t\d+\t(\d+)\t/.exec(text)?.[1]);
  const gid = wholeNumber(/(?:^|\n)Gid:\t\d+\t(\d+)\t/.exec(text)?.[1]);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}
