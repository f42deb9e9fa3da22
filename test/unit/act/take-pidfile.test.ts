import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { takePidfile } from "../../../agent/act/take-pidfile.ts";
import { requireReal } from "../../support/require-real.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const nobody = 65_534;

it("removes a pidfile whose pid may go, and no other", () => {
  const path = join(temporaryFolder("pidfile"), "gunicorn.pid");
  expect(takePidfile(path, () => true)).toEqual({ kind: "gone" });
  expect(takePidfile(join(path, "below"), () => true)).toEqual({ kind: "gone" });
  for (const text of ["4711\n", "4711", "4194304\n"]) {
    writeFileSync(path, text);
    expect(takePidfile(path, (pid) => pid !== Number(text))).toEqual({ kind: "kept" });
    expect(existsSync(path)).toBe(true);
    expect(takePidfile(path, (pid) => pid === Number(text))).toEqual({ kind: "removed" });
    expect(existsSync(path)).toBe(false);
  }
});

it.each([
  ["nothing", ""],
  ["a word", "precious\n"],
  ["two pids", "4711\n4712\n"],
  ["a pid and more", "4711 \nprecious"],
  ["a number that no pid has", "47114711\n"],
])("leaves a file with %s in it", (_, text) => {
  const path = join(temporaryFolder("pidfile"), "gunicorn.pid");
  writeFileSync(path, text);
  const why = `${path} has something else than a pid in it`;
  expect(takePidfile(path, () => true)).toEqual({ kind: "left", why });
  expect(readFileSync(path, "utf8")).toBe(text);
});

it("leaves what is a link, a folder, has a second name, or is no plain path", () => {
  const folder = temporaryFolder("pidfile");
  const victim = join(folder, "victim");
  writeFileSync(victim, "4711\n");
  const link = join(folder, "link.pid");
  symlinkSync(victim, link);
  expect(takePidfile(link, () => true)).toEqual({ kind: "left", why: `${link}: ELOOP` });
  mkdirSync(join(folder, "folder.pid"));
  expect(takePidfile(join(folder, "folder.pid"), () => true)).toMatchObject({
    why: expect.stringContaining("is no regular file"),
  });
  for (const odd of [`${folder}/../x/victim`, "victim", `${victim}/`, "/"]) {
    expect(takePidfile(odd, () => true)).toMatchObject({ kind: "left" });
  }
  linkSync(victim, join(folder, "second"));
  expect(takePidfile(victim, () => true)).toEqual({ kind: "left", why: `${victim} has 2 names` });
  expect(readFileSync(victim, "utf8")).toBe("4711\n");
});

it("goes through links that root alone can have made, and no others", (context) => {
  requireReal(context, "root");
  const folder = temporaryFolder("pidfile");
  chmodSync(folder, 0o755);
  const [there, theirs] = [join(folder, "there"), join(folder, "theirs")];
  for (const one of [there, theirs]) mkdirSync(one);
  const victim = join(there, "victim");
  symlinkSync("there/../there", join(folder, "roots"));
  writeFileSync(victim, "4711\n");
  expect(takePidfile(join(folder, "roots", "victim"), () => true)).toEqual({ kind: "removed" });
  // a link of root's, but whoever owns the folder could have put it there
  writeFileSync(victim, "4711\n");
  symlinkSync(there, join(theirs, "link"));
  chownSync(theirs, nobody, nobody);
  const why = `${join(theirs, "link")} is a link, and not root's alone`;
  expect(takePidfile(join(theirs, "link", "victim"), () => true)).toEqual({ kind: "left", why });
  symlinkSync("round", join(folder, "round"));
  expect(takePidfile(join(folder, "round", "victim"), () => true)).toMatchObject({
    why: expect.stringContaining("too many links"),
  });
  expect(existsSync(victim)).toBe(true);
});
