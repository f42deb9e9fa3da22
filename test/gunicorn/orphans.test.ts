import { readFileSync } from "node:fs";
import type { ProcessId } from "../../agent/model/process.ts";
import { beforeEach, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { type Gunicorn, startGunicorn } from "../support/gunicorn.ts";
import { slowRequest } from "../support/http.ts";
import { childrenOf } from "../support/process.ts";
import { debianPython, neverReaps } from "../support/python.ts";
import { type Need, requireReal } from "../support/require-real.ts";
import { group, look, seen } from "../support/seen.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

interface Row {
  readonly workerClass: string;
  readonly needs: readonly Need[];
  /**
   * Why its workers are still there: a sync worker looks for its parent only after
   * timeout / 2, an eventlet worker never does; the others leave within two seconds, so they
   * are stopped to be looked at.
   */
  readonly staying: "by itself" | "stopped";
}

const classes: readonly Row[] = [
  { workerClass: "sync", needs: [], staying: "by itself" },
  { workerClass: "gthread", needs: [], staying: "stopped" },
  { workerClass: "gevent", needs: ["gevent"], staying: "stopped" },
  { workerClass: "eventlet", needs: ["eventlet"], staying: "by itself" },
  { workerClass: "tornado", needs: ["tornado"], staying: "stopped" },
];

test.for(classes.map((row) => [row.workerClass, row] as const))(
  "%s workers whose master was killed: alone, then beside a serving group",
  async ([workerClass, { needs, staying }], context) => {
    requireReal(context, ...needs);
    const folder = testFolder();
    const path = folder.at("app.sock");
    const start = { folder, workers: 2, workerClass, timeoutSeconds: 3600 };
    const old = await startGunicorn(start);
    if (staying === "stopped") {
      signalAll(old.workers, "SIGSTOP");
    }
    await killMaster(old);
    const left = group("orphaned", { master: null, workers: old.workers });
    expect(await look(path)).toEqual(seen("orphaned-workers", [left]));

    const next = await startGunicorn(start);
    expect(await look(path)).toEqual(seen("orphaned-workers", [group("serving", next), left]));

    signalAll(old.workers, staying === "stopped" ? "SIGCONT" : "SIGKILL");
    await gone(old.workers);
    expect(await look(path)).toEqual(seen("one-master", [group("serving", next)]));
  },
);

test("a gthread worker that finishes a request outlives its killed master", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const only = await startGunicorn({ folder, workerClass: "gthread" });
  const slow = await slowRequest(folder, path, 5);
  // the idle one looks for its master each second, and on a busy host our look takes longer
  signalAll(only.workers, "SIGSTOP");
  await killMaster(only);
  expect(await look(path)).toEqual(
    seen("orphaned-workers", [group("orphaned", { master: null, workers: only.workers })]),
  );
  signalAll(only.workers, "SIGCONT");
  expect((await slow.answer).status).toBe(200);
  await gone(only.workers);
  expect(await look(path)).toEqual(seen("no-master", [], { evidence: "none" }));
});

test("orphans of a stale group beside a duplicate: the duplicate is the worse", async () => {
  const folder = testFolder();
  const first = await startGunicorn({ folder, timeoutSeconds: 3600 });
  const second = await startGunicorn({ folder });
  const third = await startGunicorn({ folder });
  await killMaster(first);
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("duplicate", [
      group("serving", third),
      group("stale", second),
      group("orphaned", { master: null, workers: first.workers }),
    ]),
  );
});

test("a zombie master is a dead master", async () => {
  const folder = testFolder();
  const only = await startGunicorn({
    folder,
    inside: [debianPython, "-c", neverReaps],
    timeoutSeconds: 3600,
  });
  await killMaster(only);
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("orphaned-workers", [group("orphaned", { master: null, workers: only.workers })]),
  );
});

test("a zombie worker is no worker", async () => {
  const folder = testFolder();
  const { master, workers } = await startGunicorn({ folder, workers: 3 });
  // a stopped master neither reaps nor replaces
  signal(master, "SIGSTOP");
  const [killed, ...left] = workers;
  signalAll(killed === undefined ? [] : [killed], "SIGKILL");
  await waitFor("the worker to be a zombie", () => childrenOf(master.pid).length === 2);
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("one-master", [group("serving", { master, workers: left })]),
  );
});

/**
 * A worker that has just answered looks for its parent once more before it waits for the next
 * request, and on a busy machine it may come to that late: it would leave at once.
 */
async function killMaster({ master, workers }: Gunicorn): Promise<void> {
  await waitFor("its workers to be at rest", () => !workers.some(({ pid }) => isRunning(pid)));
  signal(master, "SIGKILL");
  await gone([master]);
}

function isRunning(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("R");
}

function signalAll(ids: readonly ProcessId[], name: NodeJS.Signals): void {
  for (const id of ids) {
    signal(id, name);
  }
}
