import { expect, it } from "vitest";
import type { Place } from "../../../agent/model/place.ts";
import type { Pidfile } from "../../../agent/model/snapshot.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { watchedPaths } from "../../../agent/run/watched-paths.ts";

const empty: Snapshot = {
  takenAtMs: 0,
  bootTimeMs: 0,
  host: { name: "vm", memory: undefined },
  processes: [],
  listeners: [],
  places: [],
  configured: [],
  expected: [],
  memory: [],
  pidfiles: [],
  unitLimits: [],
  blind: [],
  names: { users: new Map(), groups: new Map() },
};

function place(reachablePath: string): Place {
  return { key: "1:2/x", path: "shown", reachablePath, state: { kind: "absent" } };
}

function pidfile(path: string): Pidfile {
  return { path, place: "1:2/x", pid: undefined, problem: "missing", alive: false };
}

it("are the sockets as the agent reaches them, and their pidfiles", () => {
  const places = [place("/run/app.sock"), place("/proc/7/root/run/app.sock")];
  const pidfiles = [pidfile("/run/app.pid")];
  expect(watchedPaths({ ...empty, places, pidfiles })).toEqual([
    "/run/app.sock",
    "/proc/7/root/run/app.sock",
    "/run/app.pid",
  ]);
});

it("are names as Node writes them, from bytes", () => {
  expect(watchedPaths({ ...empty, places: [place("/run/gr\xc3\xb6\xc3\x9fe.sock")] })).toEqual([
    "/run/größe.sock",
  ]);
});

it("are not names that Node could not write", () => {
  const places = [place("/run/\xff.sock"), place("/run/app.sock")];
  expect(watchedPaths({ ...empty, places })).toEqual(["/run/app.sock"]);
});
