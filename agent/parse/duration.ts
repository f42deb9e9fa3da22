const unitMs: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/**
 * Milliseconds of a text such as `500ms`, `10s`, `1.5s`, `2m`, `1h` or `1d`, rounded to whole
 * ones; undefined for everything else, bare numbers included.
 */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([a-z]+)$/.exec(text) ?? [];
  const factor = unitMs.get(unit ?? "");
  if (number === undefined || factor === undefined) return undefined;
  const ms = Math.round(Number(number) * factor);
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/**
 * A span of milliseconds for people, rounded down, two units at most: `250ms`, `5s`, `2m 3s`,
 * `1h 4m`, `3d 2h`. What is no span (negative, not finite) is `unknown`.
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return "unknown";
  const whole = Math.floor(ms);
  if (whole === 0) return "0s";
  if (whole < 1_000) return `${whole}ms`;
  const seconds = Math.floor(whole / 1_000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return twoUnits(minutes, "m", seconds % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return twoUnits(hours, "h", minutes % 60, "m");
  return twoUnits(Math.floor(hours / 24), "d", hours % 24, "h");
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`;
}
