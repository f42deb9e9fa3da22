import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  pruneRemediations,
  readRemediations,
  unfinishedRemediations,
  writeRemediation,
} from "../../../agent/history/remediation-files.ts";
import { remediationFolder } from "../../../agent/history/remediation-places.ts";
import { exitOf } from "../../support/program.ts";
import { requireReal } from "../../support/require-real.ts";
import { waitFor } from "../../support/wait.ts";
import { asNobody, ended, smallStateDir, stateDir, stored, underWay } from "./remediations.ts";

describe("the folder of remediations", () => {
  it("holds none before the first is written", async () => {
    expect(await readRemediations(stateDir())).toEqual({ records: [], unread: [] });
  });

  it("gives back what was written, oldest first, for its owner's group to read", async () => {
    const state = join(stateDir(), "not", "there", "yet");
    const [older, newer] = [ended("20261101T000000Z"), underWay("20261102T000000Z")];
    await writeRemediation(state, newer);
    await writeRemediation(state, older);
    const read = await readRemediations(state);
    expect(read).toEqual({ records: [stored(older), stored(newer)], unread: [] });
    expect(unfinishedRemediations(read)).toEqual([stored(newer)]);
    const folder = remediationFolder(state);
    expect(readdirSync(folder)).toEqual([`${older.id}.json`, `${newer.id}.json`]);
    expect(statSync(folder).mode & 0o777).toBe(0o750);
    expect(statSync(join(folder, `${older.id}.json`)).mode & 0o777).toBe(0o640);
  });

  it("holds the last state of one", async () => {
    const state = stateDir();
    await writeRemediation(state, underWay("20261101T000000Z"));
    await writeRemediation(state, ended("20261101T000000Z"));
    const read = await readRemediations(state);
    expect(read.records.map(({ outcome }) => outcome)).toEqual(["ended"]);
    expect(unfinishedRemediations(read)).toEqual([]);
  });

  it("tells what it cannot read, and gives the rest", async () => {
    const state = stateDir();
    const record = underWay("20261101T000000Z");
    await writeRemediation(state, record);
    const folder = remediationFolder(state);
    const at = (day: string) => join(folder, `202611${day}T000000Z-stale-49.json`);
    const text = readFileSync(at("01"), "utf8");
    writeFileSync(at("02"), text.slice(0, text.length / 2));
    writeFileSync(at("03"), text.replace('"schema": 1', '"schema": 2'));
    writeFileSync(at("04"), text);
    mkdirSync(at("05"));
    writeFileSync(at("06"), " ".repeat(2 ** 20));
    execFileSync("mkfifo", [at("07")]);
    symlinkSync(at("01"), at("08"));
    writeFileSync(at("09"), "");
    writeFileSync(join(folder, "notes.txt"), "of an operator");
    const { records, unread } = await readRemediations(state);
    expect(records).toEqual([stored(record)]);
    expect(unread).toEqual([
      { path: at("02"), reason: expect.stringMatching(/JSON/) },
      { path: at("03"), reason: "not a remediation of schema 1" },
      { path: at("04"), reason: `its id is ${record.id}` },
      { path: at("05"), reason: "not a regular file" },
      { path: at("06"), reason: "longer than 524288 bytes" },
      { path: at("07"), reason: "not a regular file" },
      { path: at("08"), reason: "ELOOP" },
      { path: at("09"), reason: expect.stringMatching(/JSON/) },
    ]);
  });

  it("that cannot be listed is not empty", async () => {
    const state = stateDir();
    writeFileSync(join(state, "remediations"), "a file in the way");
    await expect(readRemediations(state)).rejects.toThrow(/ENOTDIR/);
  });
});

describe("a record that could not be written", () => {
  it.each([
    ["whose id leads elsewhere", { id: "../20261101T000000Z-stale-49" }],
    ["of another schema", { schema: 2 as 1 }],
    ["that has half an end", { outcome: "ended" as const }],
  ])("for it is one %s, is rejected", async (_, change) => {
    const state = stateDir();
    const record = { ...underWay("20261101T000000Z"), ...change };
    await expect(writeRemediation(state, record)).rejects.toThrow(/no record of schema 1/);
    expect(readdirSync(state)).toEqual([]);
  });

  it("for its length is rejected", async () => {
    const state = stateDir();
    const record = { ...underWay("20261101T000000Z"), ending: "x".repeat(600_000) };
    await expect(writeRemediation(state, record)).rejects.toThrow(/longer than/);
    expect(readdirSync(state)).toEqual([]);
  });

  it("for a full disk is rejected, and the one before it stays", async (context) => {
    requireReal(context, "root");
    const state = smallStateDir(16);
    const record = underWay("20261101T000000Z");
    await writeRemediation(state, record);
    // whatever is left of it
    expect(() => writeFileSync(join(state, "full"), Buffer.alloc(65_536))).toThrow(/ENOSPC/);
    await expect(writeRemediation(state, ended("20261101T000000Z"))).rejects.toThrow(/ENOSPC/);
    await expect(writeRemediation(state, underWay("20261102T000000Z"))).rejects.toThrow(/ENOSPC/);
    expect(await readRemediations(state)).toEqual({ records: [stored(record)], unread: [] });
    expect(readdirSync(remediationFolder(state))).toEqual([`${record.id}.json`]);
  });

  it("for a folder of others is rejected", async (context) => {
    requireReal(context, "root");
    const state = stateDir();
    chmodSync(state, 0o755);
    const write = asNobody(() => writeRemediation(state, underWay("20261101T000000Z")));
    await expect(write).rejects.toThrow(/EACCES/);
    await writeRemediation(state, underWay("20261101T000000Z"));
    // nobody keeps root's group here
    chmodSync(remediationFolder(state), 0o700);
    await expect(asNobody(() => readRemediations(state))).rejects.toThrow(/EACCES/);
  });

  it.for([
    ["before there is a first one", false],
    ["after the first one", true],
  ] as const)("for a read-only file system is rejected, %s", async ([, first], context) => {
    requireReal(context, "root");
    const state = smallStateDir(64);
    if (first) await writeRemediation(state, underWay("20261101T000000Z"));
    execFileSync("mount", ["-o", "remount,ro", state]);
    const write = writeRemediation(state, underWay("20261101T000000Z"));
    await expect(write).rejects.toThrow(/EROFS/);
  });
});

it("a writer that is killed at any moment leaves whole records only", async () => {
  const state = stateDir();
  // as one argument it may have 128 KiB
  const long = { ...underWay("20261101T000000Z"), ending: "x".repeat(100_000) };
  const script = `
    import { writeRemediation } from ${JSON.stringify(bundle(state))};
    const record = JSON.parse(process.argv[2]);
    for (let turn = 0; ; turn += 1) {
      await writeRemediation(process.argv[1], { ...record, ending: turn + record.ending });
      if (turn === 0) console.log("written");
    }`;
  const folder = remediationFolder(state);
  for (let killed = 0; killed < 5; killed += 1) {
    const parameters = ["--input-type=module", "-e", script, state, JSON.stringify(long)];
    const child = spawn(process.execPath, parameters, { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await waitFor("the first write", () => child.stdout.read() !== null);
    await waitFor("a write to be under way", () => readdirSync(folder).length > 1);
    child.kill("SIGKILL");
    await exitOf(child);
    const { records, unread } = await readRemediations(state);
    expect(unread).toEqual([]);
    expect(records.map(({ id }) => id)).toEqual([long.id]);
  }
  await pruneRemediations(state);
  expect(readdirSync(folder)).toEqual([`${long.id}.json`]);
});

describe("pruning", () => {
  const day = (number: number) => `2026110${number}T000000Z`;
  const roomy = { count: 10, totalBytes: 2 ** 20 };

  it("removes the oldest when there are too many, never what is not finished", async () => {
    const state = stateDir();
    await writeRemediation(state, underWay(day(1)));
    for (const number of [2, 3, 4, 5, 6]) await writeRemediation(state, ended(day(number)));
    await pruneRemediations(state, { ...roomy, count: 3 });
    const { records } = await readRemediations(state);
    expect(records.map(({ id }) => id.slice(0, 8))).toEqual(["20261101", "20261105", "20261106"]);
  });

  it("keeps what cannot be read: it may be an intent", async () => {
    const state = stateDir();
    await writeRemediation(state, ended(day(2)));
    writeFileSync(join(remediationFolder(state), `${day(1)}-stale-49.json`), '{"schema": 1');
    await pruneRemediations(state, { ...roomy, count: 0 });
    const { records, unread } = await readRemediations(state);
    expect([records.length, unread.length]).toEqual([0, 1]);
  });

  it("stays within its bytes, by default 200 records", async () => {
    const state = stateDir();
    for (let number = 1; number <= 9; number += 1)
      await writeRemediation(state, ended(day(number)));
    await pruneRemediations(state);
    expect((await readRemediations(state)).records).toHaveLength(9);
    const bytes = statSync(join(remediationFolder(state), `${day(1)}-stale-49.json`)).size;
    await pruneRemediations(state, { ...roomy, totalBytes: 3 * bytes });
    expect((await readRemediations(state)).records.map(({ id }) => id.slice(0, 8))).toEqual([
      "20261107",
      "20261108",
      "20261109",
    ]);
  });

  it("has nothing to do where there is no folder", async () => {
    const state = stateDir();
    await pruneRemediations(state);
    expect(readdirSync(state)).toEqual([]);
  });
});

/** The writer alone in a file that plain Node can load, beside the records. */
function bundle(folder: string): string {
  const out = join(folder, "writer.mjs");
  const source = new URL("../../../agent/history/remediation-files.ts", import.meta.url).pathname;
  const esbuild = new URL("../../../node_modules/.bin/esbuild", import.meta.url).pathname;
  const how = ["--bundle", "--platform=node", "--format=esm", "--log-level=error"];
  execFileSync(esbuild, [source, ...how, `--outfile=${out}`]);
  return out;
}
