import { wholeNumber } from "./whole-number.ts";

/** The inode of the socket that a link in /proc/PID/fd names; undefined for every other link. */
export function socketInode(link: string): number | undefined {
  return wholeNumber(/^socket:\[(\d+)\]$/.exec(link)?.[1]);
}
