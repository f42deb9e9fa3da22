import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeUnprintable, joinPath, pathText } from "../../../agent/parse/path-text.ts";
import { anyText } from "./any-text.ts";

const anyBytes = fc
  .uint8Array({ maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));

describe("pathText", () => {
  it.each([
    ["an ordinary path", "/var/www/sample-platform/a b.sock", "/var/www/sample-platform/a b.sock"],
    ["UTF-8", "/caf\xc3\xa9", "/café"],
    ["bytes that are not UTF-8", "/\xff\xfe.sock", "/\\xff\\xfe.sock"],
    ["a newline", "line\nbreak.sock", "line\\nbreak.sock"],
    ["a tab", "tab\there", "tab\\there"],
    ["other control characters", "\0\r\x1b\x7f", "\\x00\\x0d\\x1b\\x7f"],
    ["control characters in UTF-8", "\xc2\x9b", "\\xc2\\x9b"],
    ["characters that turn the text around", "\xe2\x80\xae", "\\xe2\\x80\\xae"],
    ["a line separator", "\xe2\x80\xa8", "\\xe2\\x80\\xa8"],
    ["a backslash", "back\\slash", "back\\\\slash"],
    ["a backslash that fakes an escape", "\\n", "\\\\n"],
    ["nothing", "", ""],
  ])("writes %s", (_, latin1, text) => {
    expect(pathText(latin1)).toBe(text);
  });

  it("gives different texts for different bytes, and can be undone", () => {
    fc.assert(
      fc.property(anyBytes, (latin1) => {
        const back = pathText(latin1).replace(
          /\\(?:\\|n|t|x([0-9a-f]{2}))|[^\\]+/g,
          (part, hex: string | undefined) => {
            if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
            if (part === "\\\\") return "\\";
            if (part === "\\n") return "\n";
            return part === "\\t" ? "\t" : Buffer.from(part).toString("latin1");
          },
        );
        expect(back).toBe(latin1);
      }),
    );
  });

  it("never throws, not even on what are no bytes", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(() => pathText(text)).not.toThrow();
      }),
    );
  });
});

describe("escapeUnprintable", () => {
  it.each([
    ["leaves ordinary text", "café \\n 😀", "café \\n 😀"],
    ["escapes controls", "a\n\t\r\x1b\u0085", "a\\n\\t\\x0d\\x1b\\x85"],
    ["escapes invisible characters by code point", "\u2028\u{e0001}", "\\u{2028}\\u{e0001}"],
  ])("%s", (_, text, escaped) => {
    expect(escapeUnprintable(text)).toBe(escaped);
  });
});

describe("joinPath", () => {
  it.each([
    ["a relative name", "/var/www/app", "a.sock", "/var/www/app/a.sock"],
    ["an absolute name", "/var/www/app", "/run/a.sock", "/run/a.sock"],
    ["a name with ./", "/var/www/app", "./a.sock", "/var/www/app/a.sock"],
    ["dots and slashes anywhere", "/var/./www//app/", "./x/.//a.sock", "/var/www/app/x/a.sock"],
    ["two dots, which symlinks may turn", "/var/www", "../a.sock", "/var/www/../a.sock"],
    ["names of dots", "/var", "...", "/var/..."],
    ["the root", "/", "a.sock", "/a.sock"],
    ["no name", "/var", "", "/var"],
    ["nothing at all", "", "", "/"],
    ["bytes that are not UTF-8", "/\xff", "\xfe", "/\xff/\xfe"],
  ])("joins %s", (_, directory, name, path) => {
    expect(joinPath(directory, name)).toBe(path);
  });
});
