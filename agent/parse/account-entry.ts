import { wholeNumber } from "./whole-number.ts";

/** An entry of passwd(5) or group(5), as getent(1) prints it; undefined for anything else. */
export function parseAccountEntry(
  text: string,
): { readonly name: string; readonly id: number } | undefined {
  const [name = "", , number] = text.trimEnd().split(":");
  const id = wholeNumber(number);
  return name === "" || id === undefined ? undefined : { name, id };
}
