import * as fc from "fast-check";

/**
 * Any text at all, of whatever code points. Made as a file is loaded, and nowhere else: the first
 * of a process costs fast-check half a second of a processor, which is no test's time.
 */
export const anyText = fc.string({ unit: "binary" });

/** The same, of so many characters at most. */
export function anyTextUpTo(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: "binary", maxLength });
}
