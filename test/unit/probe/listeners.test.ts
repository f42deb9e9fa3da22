import { mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SignalRole } from "../../../agent/model/process.ts";
import { heldListeners, type PlaceMemory } from "../../../agent/probe/listeners.ts";
import { createPlaces } from "../../../agent/probe/places.ts";
import { listenerRow, temporaryFolder, unixTable } from "./fake-proc.ts";
import { looker, noSlices } from "./looker.ts";

async function setUp() {
  const { proc, finder, files, processes } = looker();
  const places = createPlaces(proc.paths, files);
  const remembered: PlaceMemory = new Map();
  const folder = temporaryFolder();
  for (const name of ["one", "other"]) mkdirSync(`${folder}/${name}`);
  proc.put(1, { parent: 0 });

  return {
    proc,
    folder,
    processes,
    remembered,
    put(pid: number, role: SignalRole, cwd: string, inode = 700, startTicks = 100): void {
      proc.put(pid, { role, cwd, startTicks, fds: { 5: `socket:[${inode}]` } });
    },
    rows(...rows: readonly (readonly [inode: number, name: string])[]): void {
      const lines = rows.map(([inode, name]) => listenerRow(inode, name));
      proc.write("self/net/unix", unixTable(lines.join("")));
    },
    /** Paths by inode, and what was not to be seen. */
    async see() {
      const { tables } = await finder.find(new Set(), 1_000, noSlices);
      const { held, blind } = heldListeners(tables, processes, places, remembered);
      return {
        paths: held.map(({ row, place }) => [row.inode, place?.path.slice(folder.length)]),
        blind,
      };
    },
  };
}

describe("where a listener is", () => {
  it("in the directory of the master that holds it, not of a worker that has moved", async () => {
    const { folder, put, rows, see } = await setUp();
    rows([700, "app.sock"]);
    put(9, "worker", `${folder}/other`);
    put(10, "master", `${folder}/one`);
    expect(await see()).toEqual({ paths: [[700, "/one/app.sock"]], blind: [] });
  });

  it("still there when the master is dead and the workers have moved", async () => {
    const { proc, folder, put, rows, see, remembered } = await setUp();
    rows([700, "app.sock"]);
    put(10, "master", `${folder}/one`);
    put(11, "worker", `${folder}/other`);
    await see();
    proc.remove(10);
    expect(await see()).toEqual({ paths: [[700, "/one/app.sock"]], blind: [] });
    proc.remove(11);
    expect(await see()).toEqual({ paths: [], blind: [] });
    expect(remembered.size).toBe(0);
  });

  it("in the directory of a worker when nobody has seen its master", async () => {
    const { folder, put, rows, see } = await setUp();
    rows([700, "app.sock"]);
    put(11, "worker", `${folder}/other`);
    expect((await see()).paths).toEqual([[700, "/other/app.sock"]]);
  });

  it("follows a master whose directory is renamed", async () => {
    const { folder, put, rows, see } = await setUp();
    rows([700, "app.sock"]);
    put(10, "master", `${folder}/one`);
    await see();
    put(10, "master", `${folder}/other`);
    expect((await see()).paths).toEqual([[700, "/other/app.sock"]]);
  });
});

describe("what counts", () => {
  it("not a row that nobody watched holds", async () => {
    const { folder, put, rows, see } = await setUp();
    rows([700, "app.sock"], [701, "app.sock"]);
    put(10, "master", `${folder}/one`);
    expect((await see()).paths).toEqual([[700, "/one/app.sock"]]);
  });

  it("not what only a zombie held", async () => {
    const { proc, folder, put, rows, see } = await setUp();
    rows([700, "app.sock"]);
    put(10, "master", `${folder}/one`);
    await see();
    proc.put(10, { role: "master", state: "Z", cwd: `${folder}/one`, fds: { 5: "socket:[700]" } });
    expect(await see()).toEqual({ paths: [], blind: [] });
  });

  it("not a listener whose holder leaves while we look", async () => {
    const { proc, folder, put, rows, see, processes } = await setUp();
    rows([700, "app.sock"]);
    put(10, "master", `${folder}/one`);
    await see();
    expect([...processes.tracked.keys()]).toEqual([10]);
    proc.put(10, { role: "master", fds: { 5: "socket:[700]" } }); // its cwd is gone already
    expect(await see()).toEqual({ paths: [], blind: [] });
  });

  it("the first of two rows that name one socket differently", async () => {
    const { folder, put, rows, see } = await setUp();
    rows([700, "app.sock"], [700, "forged.sock"]);
    put(10, "master", `${folder}/one`);
    expect(await see()).toEqual({ paths: [[700, "/one/app.sock"]], blind: [] });
  });
});

it("says once whose directory could not be looked at", async () => {
  const { folder, put, rows, see } = await setUp();
  symlinkSync("loop", `${folder}/loop`);
  rows([700, "app.sock"]);
  put(10, "master", `${folder}/loop`);
  put(11, "worker", `${folder}/loop`);
  expect(await see()).toEqual({
    paths: [[700, undefined]],
    blind: [{ what: "path", pid: 10, reason: "ELOOP" }],
  });
});
