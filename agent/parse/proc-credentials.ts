import { wholeNumber } from "./whole-number.ts";

/** Effective ids in /proc/PID/status; undefined when a line is missing or odd. */
export function parseCredentials(
  text: string,
): { readonly uid: number; readonly gid: number } | undefined {
  const uid = wholeNumber(/(?:^|\n)Uid:\t\d+\t(\d+)\t/.exec(text)?.[1]);
  const gid = wholeNumber(/(?:^|\n)Gid:\t\d+\t(\d+)\t/.exec(text)?.[1]);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/**
 * True where /proc/PID/status has user 0 four times: nobody else has started it or can change it.
 * A program that is set-user-ID has the real id of who started it, with words of his choice.
 */
export function isRootsAlone(text: string): boolean {
  return /(?:^|\n)Uid:\t0\t0\t0\t0(?:\n|$)/.test(text);
}
