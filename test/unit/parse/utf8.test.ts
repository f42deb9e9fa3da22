import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hexBytes, rewriteUtf8 } from "../../../agent/parse/utf8.ts";
import { anyText } from "./any-text.ts";

/** Valid characters as they are, bytes of invalid ones as <NN>. */
function marked(input: string): string {
  return rewriteUtf8(input, (bytes, character) => character ?? `<${hexBytes(bytes)}>`);
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}

describe("rewriteUtf8", () => {
  it.each(["a\0\n", "é", "߿", "ࠀ", "€", "\ud7ff", "\ue000", "\uffff", "😀", "\u{10ffff}"])(
    "decodes %j",
    (text) => {
      expect(marked(latin1(text))).toBe(text);
    },
  );

  it.each([
    ["a byte that starts nothing", "a\xffb", "a<\\xff>b"],
    ["a continuation alone", "\x80", "<\\x80>"],
    ["a sequence cut short", "\xe2\x82", "<\\xe2><\\x82>"],
    ["an overlong slash", "\xc0\xaf", "<\\xc0><\\xaf>"],
    ["an overlong sequence of three", "\xe0\x80\x80", "<\\xe0><\\x80><\\x80>"],
    ["a surrogate", "\xed\xa0\x80", "<\\xed><\\xa0><\\x80>"],
    ["an overlong sequence of four", "\xf0\x80\x80\x80", "<\\xf0><\\x80><\\x80><\\x80>"],
    ["a value over U+10FFFF", "\xf4\x90\x80\x80", "<\\xf4><\\x90><\\x80><\\x80>"],
    ["good characters around bad ones", "\xc3\xa9\xff\xc3\xa9", "é<\\xff>é"],
  ])("finds %s invalid", (_, bytes, text) => {
    expect(marked(bytes)).toBe(text);
  });

  it("agrees with the platform on every text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(marked(latin1(text))).toBe(Buffer.from(text).toString());
      }),
    );
  });

  it("agrees with the platform on which bytes are valid", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 6 }), (input) => {
        const bytes = Buffer.from(input);
        let valid = true;
        rewriteUtf8(bytes.toString("latin1"), (sequence, character) => {
          valid &&= character !== undefined;
          return sequence;
        });
        // the platform puts U+FFFD for what is invalid
        expect(valid).toBe(Buffer.from(bytes.toString()).equals(bytes));
      }),
    );
  });
});

describe("hexBytes", () => {
  it("writes every byte with two digits", () => {
    expect(hexBytes("\0\n\xff")).toBe("\\x00\\x0a\\xff");
  });
});
