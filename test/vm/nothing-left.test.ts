import { beforeEach, expect, test } from "vitest";
import { startApart } from "../support/apart.ts";
import { exitOf } from "../support/program.ts";
import { requireReal } from "../support/require-real.ts";
import { newSince, tracesIn } from "../support/traces.ts";
import { waitFor } from "../support/wait.ts";
import { ensureDisk } from "../testbed/disk.ts";

beforeEach((context) => requireReal(context, "root", "debootstrap", "qemu"));

const holdsMachine = new URL("holds-machine.mjs", import.meta.url).pathname;

test.each([
  ["killed", 1],
  ["killed with its process group", -1],
])("a process with a machine that is %s leaves nothing", async (_, group) => {
  await ensureDisk();
  const { place, spawn } = await startApart("private");
  const before = tracesIn(place);
  const left = (): readonly string[] => newSince(before, tracesIn(place));
  const child = spawn([process.execPath, holdsMachine], {});
  const exit = exitOf(child);
  const machine = /^process \d+ qemu-system-x86_64 /;
  await waitFor("qemu to run", () => left().some((trace) => machine.test(trace)), 60_000);
  expect(left()).toContainEqual(expect.stringMatching(/^file \/tmp\/onemaster-[^/]+$/));
  process.kill(group * (child.pid ?? 0), "SIGKILL");
  expect(await exit).toBe(null);
  await waitFor(
    "nothing to be left",
    () => {
      expect(left()).toEqual([]);
      return true;
    },
    30_000,
  );
});
