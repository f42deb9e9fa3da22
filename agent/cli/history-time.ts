import type { HistorySources } from "./history-sources.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The moment that somebody typed for `option`, as journalctl takes it; systemd reads it. Without
 * systemd only `YYYY-MM-DD`, with a time of day or without, is understood, in the host's zone.
 * Throws a UsageError for anything else.
 */
export async function typedTime(
  option: string,
  text: string,
  { resolveTime }: Pick<HistorySources, "resolveTime">,
): Promise<number> {
  const plain = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (plain !== null) {
    const [year, month, day, hour, minute, second] = plain
      .slice(1)
      .map((part) => Number(part ?? 0));
    const moment = new Date(year!, month! - 1, day, hour, minute, second);
    // 31 February would be a day of March
    if (moment.getMonth() === month! - 1 && moment.getDate() === day) return moment.getTime();
  } else {
    const resolved = await resolveTime(text);
    if (resolved.ok) return resolved.value;
  }
  throw new UsageError(
    `${option}: "${text}" is no time; ` +
      'write it like 2026-03-10, "2026-03-10 14:00", yesterday or -2h',
  );
}
