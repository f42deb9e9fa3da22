import { readFileSync } from "node:fs";

/** The bytes of a recording under test/fixtures, e.g. `ss/sockets.txt`. */
export function fixtureBytes(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
}

/** The same as text, one character a byte. */
export function fixtureText(name: string): string {
  return fixtureBytes(name).toString("latin1");
}
