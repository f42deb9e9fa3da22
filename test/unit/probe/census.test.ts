import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { createCensus } from "../../../agent/probe/census.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { procPaths } from "../../../agent/probe/paths.ts";
import { looker, noSlices } from "./looker.ts";

const uptimeSeconds = 1_000;
/** Older than what counts as young. */
const old = { startTicks: 100 };

function setUp() {
  const { proc, census, asked, log } = looker();
  return {
    proc,
    log,
    /** Pids of the gunicorns found, and of the processes that were looked at for it. */
    async take(which: "all" | "new") {
      asked();
      const taken = await census.take(which, uptimeSeconds, noSlices);
      const looked = asked().flatMap((name) => /^(\d+)\/stat$/.exec(name)?.[1] ?? []);
      return {
        gunicorns: taken.ok ? taken.value.gunicorns.map(({ pid }) => pid) : taken.failure,
        pids: taken.ok ? taken.value.pids.toSorted((one, other) => one - other) : [],
        looked: looked.map(Number).toSorted((one, other) => one - other),
      };
    },
  };
}

it("finds masters and workers, and passes over what is settled from then on", async () => {
  const { proc, take } = setUp();
  proc.put(1, { ...old, comm: "systemd", parent: 0 });
  proc.put(2, { ...old, comm: "gunicorn", role: "master" });
  proc.put(3, { ...old, comm: "renamed", role: "worker", parent: 2 });
  proc.put(4, { ...old, comm: "postgres" });
  const pids = [1, 2, 3, 4];
  expect(await take("new")).toEqual({ gunicorns: [2, 3], pids, looked: pids });
  expect(await take("new")).toEqual({ gunicorns: [2, 3], pids, looked: [2, 3] });
  expect(await take("all")).toEqual({ gunicorns: [2, 3], pids, looked: pids });
});

it.each([
  ["an interpreter that is still importing", { ...old, comm: "python3" }],
  ["a gunicorn that has set up no signals yet", { ...old, comm: "gunicorn" }],
  ["a PyPy", { ...old, comm: "pypy3" }],
  ["a shell that will exec", { ...old, comm: "bash" }],
  ["any process that is young", { startTicks: 95_000, comm: "env" }],
])("looks again at %s, and finds it once it is a master", async (_, process) => {
  const { proc, take } = setUp();
  proc.put(7, process);
  expect(await take("new")).toEqual({ gunicorns: [], pids: [7], looked: [7] });
  proc.put(7, { ...process, role: "master" });
  expect(await take("new")).toEqual({ gunicorns: [7], pids: [7], looked: [7] });
});

it("looks at a pid again that was away in between", async () => {
  const { proc, take } = setUp();
  proc.put(7, { ...old, comm: "postgres" });
  await take("new");
  proc.remove(7);
  expect(await take("new")).toEqual({ gunicorns: [], pids: [], looked: [] });
  proc.put(7, { startTicks: 90_000, role: "master" });
  expect(await take("new")).toEqual({ gunicorns: [7], pids: [7], looked: [7] });
});

it("looks at a pid that was used again between two looks with the next full census", async () => {
  const { proc, take } = setUp();
  proc.put(7, { ...old, comm: "postgres" });
  await take("new");
  proc.put(7, { startTicks: 90_000, role: "master" });
  expect((await take("new")).gunicorns).toEqual([]);
  expect((await take("all")).gunicorns).toEqual([7]);
});

it("counts what makes no sense, looks at it again, and goes on", async () => {
  const { proc, take, log } = setUp();
  proc.put(7, { role: "master" });
  proc.write("8/stat", "8 (odd) S\n");
  expect(await take("new")).toEqual({ gunicorns: [7], pids: [7, 8], looked: [7, 8] });
  expect(log.totals).toEqual({ gone: 0, denied: 0, malformed: 1, failed: 0 });
  expect((await take("new")).looked).toEqual([7, 8]);
});

it("fails when the processes cannot be listed", async () => {
  const files = createFiles(createFailureLog());
  const what = "/dev/null/proc";
  expect(await createCensus(procPaths(what), files).take("all", 1_000, noSlices)).toEqual({
    ok: false,
    failure: { kind: "gone", what, why: "ENOTDIR" },
  });
});

it("lets others run after every process", async () => {
  const { proc, census } = looker();
  for (let pid = 1; pid <= 20; pid += 1) proc.put(pid, old);
  let breaths = 0;
  const slices = {
    spent: () => true,
    breathe() {
      breaths += 1;
      return Promise.resolve();
    },
  };
  await census.take("all", uptimeSeconds, slices);
  expect(breaths).toBe(20);
});

it("sees a real process that comes to catch what a master catches", async () => {
  const program = [
    "import signal, sys",
    "for name in 'HUP QUIT USR1 USR2 TERM CHLD TTIN TTOU WINCH'.split():",
    "    signal.signal(getattr(signal, 'SIG' + name), lambda *_: None)",
    "print('ready', flush=True)",
    "sys.stdin.read()",
  ];
  const child = spawn("python3", ["-c", program.join("\n")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data");
    const census = createCensus(procPaths("/proc"), createFiles(createFailureLog()));
    const taken = await census.take("all", uptimeSeconds, noSlices);
    if (!taken.ok) throw new Error(taken.failure.why);
    const { gunicorns, pids } = taken.value;
    expect(gunicorns.filter(({ parentPid }) => parentPid === process.pid)).toEqual([
      expect.objectContaining({ pid: child.pid, comm: "python3" }),
    ]);
    expect(pids).toContain(process.pid);
  } finally {
    child.stdin.end();
    await once(child, "exit");
  }
});
