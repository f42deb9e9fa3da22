import { beforeEach, expect, test } from "vitest";
import type { GroupMemory } from "../../agent/model/memory.ts";
import { status } from "../support/agent.ts";
import { type TestFolder, testFolder } from "../support/folder.ts";
import { type GunicornOptions, startGunicorn } from "../support/gunicorn.ts";
import { whoAnswers } from "../support/http.ts";
import { childrenOf, hostAnonymousBytes } from "../support/process.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

const megabyte = 1 << 20;
/** Others use this machine too: a look that they spoiled is made again. */
const attempts = 8;

test.for([
  ["each worker with a heap of its own", []],
  ["--preload, all sharing one heap", ["--preload"]],
] as const)("what ending the stale group brings back, %s", async ([, extra], { task }) => {
  const folder = testFolder();
  const start = { folder, workers: 3, env: { HOLD_MB: "100" }, extra };
  const ratios: number[] = [];
  while (ratios.length < attempts && !ratios.some(isClose)) {
    ratios.push(await freedOverPredicted(folder, start));
  }
  process.stderr.write(
    `${task.name}: freed/predicted ${ratios.map((r) => r.toFixed(3)).join(" ")}\n`,
  );
  expect(ratios.filter(isClose)).not.toEqual([]);
});

test("a worker's child counts among the others and in the memory of the group", async () => {
  const folder = testFolder();
  const { master, workers } = await startGunicorn({ folder });
  const before = await memoryOf(folder);
  await whoAnswers(folder.at("app.sock"), "?spawn=60");
  const [child] = childrenOf(workers[0]?.pid ?? 0);
  // its memory is written to only after the interpreter is up
  await waitFor("the child to hold its memory", async () => {
    return (await memoryOf(folder)).reclaimableBytes > before.reclaimableBytes + 59 * megabyte;
  });
  const [socket] = (await status(["--socket", folder.at("app.sock")])).sockets;
  expect(socket?.verdict).toBe("one-master");
  expect(socket?.groups).toMatchObject([
    {
      role: "serving",
      master: { pid: master.pid },
      workers,
      others: [{ pid: child?.pid, command: expect.stringContaining("python3") }],
    },
  ]);
  const grown = (await memoryOf(folder)).reclaimableBytes - before.reclaimableBytes;
  expect(grown / megabyte).toBeLessThan(80);
});

/** Starts two groups, kills the stale one and says how well what it frees was predicted. */
async function freedOverPredicted(folder: TestFolder, start: GunicornOptions): Promise<number> {
  const old = await startGunicorn(start);
  const next = await startGunicorn({ folder, bind: start.bind ?? "unix:app.sock" });
  const [socket] = (await status(["--socket", folder.at("app.sock")])).sockets;
  const stale = socket?.groups.find(({ master }) => master?.pid === old.master.pid);
  expect(stale?.role).toBe("stale");
  const members = [old.master, ...old.workers];
  const before = hostAnonymousBytes();
  for (const member of members) {
    signal(member, "SIGKILL");
  }
  await gone(members);
  const freed = before - hostAnonymousBytes();
  for (const member of [next.master, ...next.workers]) {
    signal(member, "SIGKILL");
  }
  await gone([next.master, ...next.workers]);
  return freed / (stale?.memory?.reclaimableBytes ?? Number.NaN);
}

async function memoryOf(folder: TestFolder): Promise<GroupMemory> {
  const [socket] = (await status(["--socket", folder.at("app.sock")])).sockets;
  const memory = socket?.groups[0]?.memory;
  if (memory === undefined || memory === null) {
    throw new Error("the memory of the group could not be read");
  }
  return memory;
}

function isClose(ratio: number): boolean {
  return Math.abs(ratio - 1) <= 0.1;
}
