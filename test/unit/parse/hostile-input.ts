import * as fc from "fast-check";
import { anyText } from "./any-text.ts";

/** Texts of any characters, and texts that are put together of what a format is made of. */
export function garbageOf(pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    anyText,
    fc.array(fc.constantFrom(...pieces)).map((parts) => parts.join("")),
  );
}

/** Bytes of any kind, and such texts with a byte for each character. */
export function bytesOf(garbage: fc.Arbitrary<string>): fc.Arbitrary<Buffer> {
  return fc.oneof(
    fc.uint8Array().map((input) => Buffer.from(input)),
    garbage.map((text) => Buffer.from(text, "latin1")),
  );
}
