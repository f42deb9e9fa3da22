/** A moment in a log: the wall clock it was written by, and how far that was from UTC. */
export interface LogTime {
  /** What the clock showed, read as if it were UTC: milliseconds since 1970. */
  readonly wallMs: number;
  /** East of UTC; undefined where the log does not say. */
  readonly offsetMs: number | undefined;
}

const stamp = /^(\d{4})-(\d\d)-(\d\d) {1,2}(\d\d):(\d\d):(\d\d)(?: ([+-])(\d\d)(\d\d))?$/;

/** Days from 1970-01-01 to a date of the Gregorian calendar. */
function daysSince1970(year: number, month: number, day: number): number {
  // counted from March, so that the leap day is the last of its year
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/**
 * Reads `2026-11-22 18:04:26 +0100` or the same without an offset, with one blank or two before
 * the time; undefined for what is no such text or no moment of any day.
 */
export function parseLogTime(text: string): LogTime | undefined {
  const match = stamp.exec(text);
  if (match === null) return undefined;
  const part = (group: number): number => Number(match[group]);
  const [month, day, hour, minute, second] = [part(2), part(3), part(4), part(5), part(6)];
  const wanted = month >= 1 && month <= 12 && day >= 1 && day <= 31;
  // a leap second is written as :60
  if (!wanted || hour > 23 || minute > 59 || second > 60) return undefined;
  const days = daysSince1970(part(1), month, day);
  const wallMs = (days * 86_400 + hour * 3_600 + minute * 60 + second) * 1_000;
  const sign = match[7];
  const offset = (part(8) * 60 + part(9)) * 60_000;
  return { wallMs, offsetMs: sign === undefined ? undefined : sign === "-" ? -offset : offset };
}
