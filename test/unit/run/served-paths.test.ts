import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { createServedPaths } from "../../../agent/run/served-paths.ts";
import { report, socket } from "./reports.ts";

const hourMs = 3_600_000;

function setUp() {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "om-served-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const clock = { nowMs: 0 };
  const served = createServedPaths(() => clock.nowMs);
  /** A look that finds groups at the first paths, and places at all of them. */
  function look(inhabited: readonly string[], empty: readonly string[] = []): void {
    const places = [...inhabited, ...empty].map((path) => ({ path, reachablePath: path }));
    const sockets = [
      ...inhabited.map((path) => socket({ path })),
      ...empty.map((path) => socket({ path, groups: [], verdict: "no-master" })),
    ];
    served.note(report(sockets), { places } as unknown as Snapshot);
  }
  return { folder, clock, served, look };
}

it("keeps a path for a day after its last gunicorn", () => {
  const { folder, clock, served, look } = setUp();
  const path = `${folder}/app.sock`;
  look([path]);
  clock.nowMs = 10 * hourMs;
  look([path]);
  for (const [hours, kept] of [
    [11, [path]],
    [34, [path]],
    [34.1, []],
  ] as const) {
    clock.nowMs = hours * hourMs;
    look([], [path]);
    expect([hours, served.paths()]).toEqual([hours, kept]);
  }
});

it("lets a path go with its folder, as of a test that is over", () => {
  const { folder, served, look } = setUp();
  const sub = `${folder}/test`;
  mkdirSync(sub);
  look([`${sub}/app.sock`]);
  rmSync(sub, { recursive: true });
  look([]);
  expect(served.paths()).toEqual([]);
});

it("takes no path at which nobody was ever seen, and none that leads through a process", () => {
  const { folder, served } = setUp();
  const seen = socket({ path: "mnt:[1]:/run/app.sock" });
  const places = [
    { path: `${folder}/b.sock`, reachablePath: `${folder}/b.sock` },
    { path: seen.path, reachablePath: "/proc/7/root/run/app.sock" },
  ];
  served.note(report([seen]), { places } as unknown as Snapshot);
  expect(served.paths()).toEqual([]);
});

it("keeps the latest 64", () => {
  const { folder, served, look } = setUp();
  const paths = Array.from({ length: 66 }, (_, index) => `${folder}/${index}.sock`);
  for (const path of paths) look([path]);
  expect(served.paths()).toEqual(paths.slice(2));
});
