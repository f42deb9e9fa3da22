import { expect, it } from "vitest";
import { createAccounts } from "../../../agent/probe/accounts.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles, type Files } from "../../../agent/probe/files.ts";

const files = createFiles(createFailureLog());

/** Files in which /etc/passwd has this content; counts how often it is read. */
function withPasswd(content: () => string | undefined) {
  let reads = 0;
  const fake: Files = {
    ...files,
    text(what) {
      reads += 1;
      const value = content();
      if (value !== undefined) return { ok: true, value };
      return { ok: false, failure: { kind: "denied", what, why: "EACCES" } };
    },
  };
  return { fake, reads: () => reads };
}

it("names root and its group on this host", () => {
  const accounts = createAccounts(files);
  expect(accounts.users([0]).get(0)).toBe("root");
  expect(accounts.groups([0]).get(0)).toBe("root");
});

it("has no name for an id that no file lists", () => {
  expect(createAccounts(files).users([4_000_000_001]).get(4_000_000_001)).toBeUndefined();
});

it("reads the file again only for an id that it meets for the first time", () => {
  let content = "www:x:33:33::/:/bin/sh\n";
  const { fake, reads } = withPasswd(() => content);
  const accounts = createAccounts(fake);
  expect([accounts.users([]).size, reads()]).toEqual([0, 0]);
  expect([accounts.users([33, 33]).get(33), reads()]).toEqual(["www", 1]);
  accounts.users([33]);
  expect(reads()).toBe(1);
  content += "app:x:1000:1000::/:/bin/sh\n";
  expect([accounts.users([33, 1000]).get(1000), reads()]).toEqual(["app", 2]);
  expect([accounts.users([33, 1000]).get(33), reads()]).toEqual(["www", 2]);
});

it("keeps the names it has when the file cannot be read any more", () => {
  let content: string | undefined = "www:x:33:33::/:/bin/sh\n";
  const { fake } = withPasswd(() => content);
  const accounts = createAccounts(fake);
  accounts.users([33]);
  content = undefined;
  expect(accounts.users([33, 1000])).toEqual(new Map([[33, "www"]]));
});
