/** The boot, the two times and the checksum of an entry: all of a cursor but its file's numbers. */
const ownParts = /;(b=[0-9a-f]+;m=[0-9a-f]+;t=[0-9a-f]+;x=[0-9a-f]+)$/;

/**
 * Whether two cursors name the same entry. An entry gets another number when journald moves it
 * from /run to /var, as at the end of each boot, so equal text is not needed.
 */
export function sameEntry(one: string, other: string): boolean {
  if (one === other) return true;
  const parts = ownParts.exec(one)?.[1];
  return parts !== undefined && parts === ownParts.exec(other)?.[1];
}

/** The boot of the entry that a cursor names; undefined where the cursor does not say. */
export function bootOf(cursor: string): string | undefined {
  return /;b=([0-9a-f]{32});/.exec(cursor)?.[1];
}

/**
 * Whether a text may be a cursor: printable characters without blanks, and not over-long. It goes
 * into a command line; whether it leads anywhere only journalctl knows.
 */
export function isCursor(text: string): boolean {
  return /^[\x21-\x7e]{1,512}$/.test(text);
}
