import { describe, expect, it } from "vitest";
import { parseAccountEntry } from "../../../agent/parse/account-entry.ts";
import { isRootsAlone, parseCredentials } from "../../../agent/parse/proc-credentials.ts";

describe("an entry of passwd or group", () => {
  it.each([
    [
      "a user",
      "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n",
      { name: "www-data", id: 33 },
    ],
    ["a group", "www-data:x:33:\n", { name: "www-data", id: 33 }],
    ["nothing", "", undefined],
    ["no number", "a:x:y:\n", undefined],
    ["no name", ":x:1:\n", undefined],
  ])("is read: %s", (_, text, entry) => {
    expect(parseAccountEntry(text)).toEqual(entry);
  });
});

describe("the ids of a process", () => {
  it.each([
    [
      "its effective ones",
      "Name:\tx\nUid:\t0\t33\t33\t33\nGid:\t0\t34\t34\t34\n",
      { uid: 33, gid: 34 },
    ],
    ["none without a user", "Gid:\t0\t34\t34\t34\n", undefined],
    ["none without a group", "Uid:\t0\t33\t33\t33\n", undefined],
  ])("are %s", (_, text, ids) => {
    expect(parseCredentials(text)).toEqual(ids);
  });
});

it.each([
  ["root's", "Uid:\t0\t0\t0\t0\nGid:\t5\t5\t5\t5\n", true],
  ["of a set-user-ID program", "Name:\tx\nUid:\t33\t0\t0\t0\n", false],
  ["another's", "Name:\tx\nUid:\t33\t33\t33\t33\n", false],
  ["not told", "", false],
])("a process is %s", (_, text, roots) => {
  expect(isRootsAlone(text)).toBe(roots);
});
