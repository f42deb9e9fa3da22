import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseAccounts } from "../../../agent/parse/accounts.ts";
import { anyText } from "./any-text.ts";

it("reads /etc/passwd", () => {
  const text =
    "root:x:0:0:root:/root:/bin/bash\n" +
    "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n" +
    "toor:x:0:0::/root:/bin/sh\n" +
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n";
  expect(parseAccounts(text)).toEqual(
    new Map([
      [0, "root"],
      [33, "www-data"],
      [65_534, "nobody"],
    ]),
  );
});

it("reads /etc/group", () => {
  expect(parseAccounts("adm:x:4:syslog,me\nwww-data:x:33:\nlast:x:4294967294:")).toEqual(
    new Map([
      [4, "adm"],
      [33, "www-data"],
      [4_294_967_294, "last"],
    ]),
  );
});

it.each([
  ["an empty line", ""],
  ["a comment", "# users"],
  ["a line without an id", "a:x"],
  ["a NIS line", "+::::::"],
  ["a line without a name", ":x:7:7::/:"],
  ["a negative id", "a:x:-2:"],
  ["the id that means no change", "a:x:4294967295:"],
])("passes over %s", (_, line) => {
  expect(parseAccounts(`${line}\ngood:x:7:\n${line}`)).toEqual(new Map([[7, "good"]]));
});

it("finds an account among garbage, and never throws", () => {
  fc.assert(
    fc.property(anyText, anyText, (before, after) => {
      const names = parseAccounts(`${before}\ngood:x:424242:\n${after}`);
      expect(names.get(424_242)).toBe("good");
    }),
  );
});
