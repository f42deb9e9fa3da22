/** Says whether a value of a JSON file is what it should be. */
export type Check = (value: unknown) => boolean;

/** An object that has these fields, each as it should be; it may have others. */
export function isFields(value: unknown, checks: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.entries(checks).every(([key, check]) => check(Reflect.get(value, key)));
}

/** A list of nothing else than such values. */
export function isListOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every((one) => check(one));
}

/** Such a value, or null. */
export function isNullOr(check: Check): Check {
  return (value) => value === null || check(value);
}

/** One of these texts. */
export function isOneOf(texts: readonly string[]): Check {
  return (value) => typeof value === "string" && texts.includes(value);
}

/** A text. */
export function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** True or false. */
export function isBoolean(value: unknown): boolean {
  return typeof value === "boolean";
}

/** A whole number from 0 that a double holds exactly. */
export function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** A time that has passed, in milliseconds. */
export function isDuration(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** ISO 8601 in UTC to the second or finer, as `Date.toISOString` writes it. */
export function isTime(value: unknown): boolean {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(value)) {
    return false;
  }
  return Number.isFinite(Date.parse(value));
}
