// Well-formed byte sequences, Unicode table 3-7: no overlong forms, no surrogates. The last
// alternative takes what is left: ASCII, single invalid bytes, and what was no byte at all.
const sequence = new RegExp(
  [
    String.raw`[\xc2-\xdf][\x80-\xbf]`,
    String.raw`\xe0[\xa0-\xbf][\x80-\xbf]`,
    String.raw`[\xe1-\xec\xee\xef][\x80-\xbf]{2}`,
    String.raw`\xed[\x80-\x9f][\x80-\xbf]`,
    String.raw`\xf0[\x90-\xbf][\x80-\xbf]{2}`,
    String.raw`[\xf1-\xf3][\x80-\xbf]{3}`,
    String.raw`\xf4[\x80-\x8f][\x80-\xbf]{2}`,
    "[^]",
  ].join("|"),
  "g",
);

/**
 * Rewrites bytes (one character each, latin1) sequence by sequence. `rewrite` gets the bytes
 * and the character they encode, which is undefined for a byte that is not valid UTF-8.
 */
export function rewriteUtf8(
  latin1: string,
  rewrite: (bytes: string, character: string | undefined) => string,
): string {
  return latin1.replace(sequence, (bytes) => rewrite(bytes, decoded(bytes)));
}

/** The bytes as `\xNN`, as in a C string. */
export function hexBytes(bytes: string): string {
  return bytes.replace(/[^]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

function decoded(bytes: string): string | undefined {
  const length = bytes.length;
  if (length === 1) return bytes < "\x80" ? bytes : undefined;
  // the lead byte of a sequence of n bytes carries 7 - n bits, each other byte six
  let codePoint = bytes.charCodeAt(0) & (0x7f >> length);
  for (let at = 1; at < length; at += 1) {
    codePoint = (codePoint << 6) | (bytes.charCodeAt(at) & 0x3f);
  }
  return String.fromCodePoint(codePoint);
}
