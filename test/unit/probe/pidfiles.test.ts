import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { socketAt } from "../../../agent/model/settings-defaults.ts";
import type { Place } from "../../../agent/model/place.ts";
import type { HeldListener } from "../../../agent/probe/listeners.ts";
import { readPidfiles } from "../../../agent/probe/pidfiles.ts";
import { temporaryFolder } from "./fake-proc.ts";
import { looker } from "./looker.ts";

const place: Place = {
  key: "1:2/app.sock",
  path: "/run/app.sock",
  reachablePath: "/run/app.sock",
  state: { kind: "absent" },
};
const held: HeldListener = {
  row: { inode: 700, name: "app.sock" },
  table: { netns: "net:[1]", viewer: "self", rows: new Map(), byBasename: new Map() },
  place,
};

function setUp() {
  const { proc, files, log, processes } = looker();
  const folder = temporaryFolder();
  return {
    folder,
    proc,
    log,
    /** What is found where the settings name this pidfile. */
    named(pidfile: string | undefined) {
      const socket = { ...socketAt(place.path), pidfile };
      return readPidfiles([{ socket, place }], [], processes, proc.paths, files);
    },
    /** What is found where a master that holds the listener has this command line. */
    async hinted(...args: readonly string[]) {
      proc.put(10, { role: "master", cwd: folder, cmdline: `${args.join("\0")}\0` });
      processes.add(
        {
          pid: 10,
          comm: "gunicorn",
          state: "S",
          parentPid: 1,
          threads: 1,
          startTicks: 100,
          rssPages: 1,
          caughtSignals: 0x8314a07,
        },
        false,
      );
      await processes.settle();
      const known = processes.tracked.get(10);
      if (known === undefined) throw new Error("not tracked");
      known.links = { kind: "read", descriptorOf: new Map([[700, 5]]) };
      return readPidfiles([], [held], processes, proc.paths, files);
    },
  };
}

const nobody = { place: place.key, pid: undefined, alive: false };

describe("what stands in a pidfile", () => {
  it.each([
    ["a living process", "4101\n", { pid: 4101, problem: undefined, alive: true }],
    ["a process that is gone", "4102\n", { pid: 4102, problem: undefined, alive: false }],
    ["a zombie", "4103\n", { pid: 4103, problem: undefined, alive: false }],
    ["nothing", "", { pid: undefined, problem: "empty", alive: false }],
    ["white space", "\n", { pid: undefined, problem: "empty", alive: false }],
    ["a word", "gunicorn\n", { pid: undefined, problem: "malformed", alive: false }],
    ["a process group", "-4101\n", { pid: undefined, problem: "malformed", alive: false }],
    ["far too much", `4101${" ".repeat(5_000)}1`, { pid: 4101, problem: undefined, alive: true }],
  ])("%s", (_, content, expected) => {
    const { folder, proc, named } = setUp();
    proc.put(4101);
    proc.put(4103, { state: "Z" });
    const path = `${folder}/gunicorn.pid`;
    writeFileSync(path, content);
    expect(named(path)).toEqual({
      pidfiles: [{ path, place: place.key, ...expected }],
      blind: [],
    });
  });

  it("a missing file is an answer", () => {
    const { folder, named } = setUp();
    const path = `${folder}/gunicorn.pid`;
    expect(named(path)).toEqual({
      pidfiles: [{ ...nobody, path, problem: "missing" }],
      blind: [],
    });
  });

  it.each([
    ["a folder", "folder"],
    ["a pipe, which nobody may ever write to", "pipe"],
    ["a device that never ends", "device"],
  ])("%s is no pidfile, and is not opened", (_, name) => {
    const { folder, named, log } = setUp();
    mkdirSync(`${folder}/folder`);
    symlinkSync("/dev/zero", `${folder}/device`);
    execFileSync("mkfifo", [`${folder}/pipe`]);
    const path = `${folder}/${name}`;
    expect(named(path)).toEqual({
      pidfiles: [{ ...nobody, path, problem: "unreadable" }],
      blind: [{ what: "pidfile", place: place.key, reason: `${path}: not a regular file` }],
    });
    expect(log.totals).toEqual({ gone: 0, denied: 0, malformed: 0, failed: 1 });
  });

  it("a name that is no ASCII is found", () => {
    const { folder, named, proc } = setUp();
    proc.put(4101);
    const path = `${folder}/größe.pid`;
    writeFileSync(path, "4101\n");
    expect(named(path).pidfiles).toEqual([
      { path, place: place.key, pid: 4101, problem: undefined, alive: true },
    ]);
  });
});

describe("which pidfile", () => {
  it("none where the settings name none and nobody holds the listener", () => {
    expect(setUp().named(undefined)).toEqual({ pidfiles: [], blind: [] });
  });

  it.each([
    ["relative, so in the master's working directory", "gunicorn.pid"],
    ["not ASCII", "größe.pid"],
  ])("the one on the command line of a master: %s", async (_, name) => {
    const { folder, proc, hinted } = setUp();
    proc.put(4101);
    writeFileSync(`${folder}/${name}`, "4101\n");
    expect(await hinted("gunicorn", "--pid", name, "app:app")).toEqual({
      pidfiles: [
        { path: `${folder}/${name}`, place: place.key, pid: 4101, problem: undefined, alive: true },
      ],
      blind: [],
    });
  });

  it("an absolute one in the master's own root", async () => {
    const { folder, hinted } = setUp();
    const path = `${folder}/gunicorn.pid`;
    writeFileSync(path, "");
    expect((await hinted("gunicorn", `--pid=${path}`, "app:app")).pidfiles).toEqual([
      { ...nobody, path, problem: "empty" },
    ]);
  });

  it("none where the command line has none", async () => {
    expect(await setUp().hinted("gunicorn", "app:app")).toEqual({ pidfiles: [], blind: [] });
  });
});
