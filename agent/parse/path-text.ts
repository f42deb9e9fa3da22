import { hexBytes, rewriteUtf8 } from "./utf8.ts";

/** Controls, invisible format characters and line ends: nothing for a terminal, log or label. */
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const everyUnprintable = new RegExp(unprintable, "gu");

/**
 * A path for people and labels: bytes (one character each, latin1) as UTF-8 where that is
 * valid. Backslash becomes `\\`, newline `\n`, tab `\t`, and every byte of what is invalid or
 * unprintable `\xNN`. Different bytes always give different texts.
 */
export function pathText(latin1: string): string {
  return rewriteUtf8(latin1, (bytes, character) => {
    if (character === "\\") return "\\\\";
    if (character === undefined) return hexBytes(bytes);
    return unprintable.test(character) ? (shortEscape(character) ?? hexBytes(bytes)) : character;
  });
}

/**
 * A text for people: what is unprintable becomes `\n`, `\t`, `\xNN` or, beyond latin1,
 * `\u{N}`. Backslashes stay, so it cannot be turned back.
 */
export function escapeUnprintable(text: string): string {
  return text.replace(everyUnprintable, (character) => {
    if (character < "\u0100") return shortEscape(character) ?? hexBytes(character);
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

/**
 * The path that `name` names from `directory`, absolute and without "." or doubled slashes;
 * both latin1. Lexical: ".." is kept, since only the kernel can resolve it past symlinks.
 */
export function joinPath(directory: string, name: string): string {
  const path = name.startsWith("/") ? name : `${directory}/${name}`;
  const components = path.split("/").filter((component) => component !== "" && component !== ".");
  return `/${components.join("/")}`;
}

function shortEscape(character: string): string | undefined {
  if (character === "\n") return "\\n";
  return character === "\t" ? "\\t" : undefined;
}
