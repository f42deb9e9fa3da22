const unitBytes: ReadonlyMap<string, number> = new Map([
  ["B", 1],
  ["kB", 1e3],
  ["KB", 1e3],
  ["KiB", 2 ** 10],
  ["MB", 1e6],
  ["MiB", 2 ** 20],
  ["GB", 1e9],
  ["GiB", 2 ** 30],
  ["TB", 1e12],
  ["TiB", 2 ** 40],
]);

/**
 * Bytes of a text such as `2GiB`, `512 MiB`, `1.5GB` or `100B`, rounded to whole ones; undefined
 * for everything else, bare numbers included.
 */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([A-Za-z]+)$/.exec(text) ?? [];
  const factor = unitBytes.get(unit ?? "");
  if (number === undefined || factor === undefined) return undefined;
  const bytes = Math.round(Number(number) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const binaryUnits = ["KiB", "MiB", "GiB", "TiB"];

/**
 * Bytes for people in binary units, with one decimal below 10: `512 B`, `9.5 MiB`, `370 MiB`,
 * `2.0 GiB`. What is no size (negative, not finite) is `unknown`.
 */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return "unknown";
  let value = Math.round(bytes);
  let text = `${value} B`;
  for (const unit of binaryUnits) {
    // 1023.5 and more would read as 1024
    if (Math.round(value) < 1024) break;
    value /= 1024;
    // 9.95 and more would read as 10.0
    text = `${value.toFixed(value < 9.95 ? 1 : 0)} ${unit}`;
  }
  return text;
}
