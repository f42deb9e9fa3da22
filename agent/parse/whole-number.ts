/**
 * The value of a text that is decimal digits and nothing else; undefined for any other text
 * (blank, signed, fractional, hexadecimal) and for values a double cannot hold exactly.
 */
export function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
