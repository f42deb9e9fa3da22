import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { putFolderMode, setGroupBit } from "../../../agent/act/folder-mode.ts";
import { giveTo } from "../../../agent/act/give-files.ts";
import { requireReal } from "../../support/require-real.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const root = { uid: 0, gid: 0 };
const nobody = { uid: 65_534, gid: 65_534 };

/** One whose group is that of whom files are given to. */
function theirFolder(): string {
  const folder = temporaryFolder("give");
  chownSync(folder, 0, nobody.gid);
  return folder;
}

it("gives a file to somebody, and back", async (context) => {
  requireReal(context, "root");
  const path = join(theirFolder(), "error.log");
  writeFileSync(path, "");
  expect(await giveTo(path, root, nobody, [])).toBeUndefined();
  expect(statSync(path)).toMatchObject(nobody);
  // it is theirs already
  expect(await giveTo(path, root, nobody, [])).toBeUndefined();
  expect(await giveTo(path, nobody, root, [])).toBeUndefined();
  expect(statSync(path)).toMatchObject(root);
});

it("leaves what is a link, has a second name, or is another's by now", async (context) => {
  requireReal(context, "root");
  const folder = theirFolder();
  const path = join(folder, "error.log");
  writeFileSync(path, "");
  symlinkSync(path, join(folder, "link.log"));
  const link = join(folder, "link.log");
  expect(await giveTo(link, root, nobody, [])).toBe(`${link}: ELOOP`);
  mkdirSync(join(folder, "folder.log"));
  const inside = join(folder, "folder.log");
  expect(await giveTo(inside, root, nobody, [])).toBe(`${inside} is no file`);
  const strangers = { uid: 1, gid: 1 };
  expect(await giveTo(path, strangers, nobody, [])).toBe(`${path} belongs to 0:0 by now`);
  linkSync(path, join(folder, "second"));
  expect(await giveTo(path, root, nobody, [])).toBe(`${path} has 2 names`);
  expect(statSync(path)).toMatchObject(root);
  expect(await giveTo(join(folder, "none.log"), root, nobody, [])).toContain("none.log: gone");
  expect(await giveTo(join(folder, "none", "a.log"), root, nobody, [])).toContain("a.log: gone");
});

it("gives nothing that a link of another's leads to, and nothing from one to another", async (context) => {
  requireReal(context, "root");
  const folder = theirFolder();
  chmodSync(folder, 0o755);
  const [there, theirs] = [join(folder, "there"), join(folder, "theirs")];
  for (const one of [there, theirs]) mkdirSync(one);
  const victim = join(there, "victim.log");
  writeFileSync(victim, "");
  symlinkSync(there, join(theirs, "logs"));
  chownSync(theirs, nobody.uid, nobody.gid);
  const link = join(theirs, "logs");
  const path = join(link, "victim.log");
  expect(await giveTo(path, root, nobody, [])).toBe(`${link} is a link, and not root's alone`);
  expect(statSync(victim)).toMatchObject(root);
  // root's own link, as /var/log may be one, but to where no log of a service is
  symlinkSync("/etc", join(folder, "logs"));
  expect(await giveTo(join(folder, "logs", "hostname"), root, nobody, [])).toBe(
    "/etc/hostname is in a folder of the system",
  );
  chownSync(victim, 1, 1);
  const odd = `${victim} is not root's to give`;
  expect(await giveTo(victim, { uid: 1, gid: 1 }, nobody, [])).toBe(odd);
});

it("gives what another's folder holds only where it has the unit's name", async (context) => {
  requireReal(context, "root");
  const folder = temporaryFolder("give");
  chownSync(folder, 1, 1);
  const path = join(folder, "error.log");
  writeFileSync(path, "");
  expect(await giveTo(path, root, nobody, ["platform.service"])).toContain("in no folder that is");
  expect(statSync(path)).toMatchObject(root);
  // root takes back all the same
  chownSync(path, nobody.uid, nobody.gid);
  expect(await giveTo(path, nobody, root, [])).toBeUndefined();
  expect(statSync(path)).toMatchObject(root);

  const own = mkdtempSync("/var/log/om-give-");
  onTestFinished(() => rmSync(own, { recursive: true }));
  const log = join(own, "error.log");
  writeFileSync(log, "");
  expect(await giveTo(log, root, nobody, ["other.service"])).toContain("in no folder that is");
  expect(await giveTo(log, root, nobody, [`${basename(own)}.service`])).toBeUndefined();
});

it("lends a folder its group, and takes that back", async (context) => {
  requireReal(context, "root");
  const folder = temporaryFolder("give");
  chmodSync(folder, 0o755);
  const bits = (): number => statSync(folder).mode & 0o7777;
  expect(await setGroupBit(folder, 1, () => Promise.resolve(true))).toBeUndefined();
  expect(await setGroupBit(folder, 0, () => Promise.resolve(false))).toBeUndefined();
  expect(bits()).toBe(0o755);
  expect(await setGroupBit(folder, 0, () => Promise.resolve(true))).toBe(0o755);
  expect(bits()).toBe(0o2755);
  expect(await setGroupBit(folder, 0, () => Promise.resolve(true))).toBeUndefined();
  expect(putFolderMode(folder, 0o755)).toBeUndefined();
  expect(bits()).toBe(0o755);
  // somebody has given it other bits meanwhile
  chmodSync(folder, 0o700);
  expect(putFolderMode(folder, 0o755)).toBeUndefined();
  expect(bits()).toBe(0o700);
  expect(putFolderMode(join(folder, "none"), 0o755)).toContain("ENOENT");
});
