import { beforeEach, expect, test } from "vitest";
import type { ProcessId } from "../../agent/model/process.ts";
import type { Verdict } from "../../agent/model/verdict.ts";
import { status } from "../support/agent.ts";
import { testFolder } from "../support/folder.ts";
import {
  type Gunicorn,
  type GunicornOptions,
  heldListeners,
  idOf,
  startGunicorn,
  withoutSetproctitle,
} from "../support/gunicorn.ts";
import { catchesLikeMaster, childrenOf, living, workersOf } from "../support/process.ts";
import { requireReal } from "../support/require-real.ts";
import { group, look, seen } from "../support/seen.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

test("USR2: a handover of two masters on one listener, and one master once promoted", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const { old, next } = await upgrade({ folder, workers: 2, pidfile: "gunicorn.pid" });
  expect(await look(path)).toEqual(
    seen("handover", [group("predecessor", old), group("successor", next)]),
  );
  const [socket] = (await status(["--socket", path])).sockets;
  expect(socket?.groups.map(({ listener }) => listener.inode)).toEqual([
    old.listenerInode,
    old.listenerInode,
  ]);

  signal(old.master, "SIGQUIT");
  await gone([old.master, ...old.workers]);
  await waitFor("the new master to be promoted", () => {
    return living(next.master.pid)?.parentPid !== old.master.pid;
  });
  expect(await look(path)).toEqual(seen("one-master", [group("serving", next)]));
});

test("USR2, looked at from the signal on: one master, then a handover, nothing else", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder, workers: 2 });
  const verdicts: Verdict[] = [];
  signal(old.master, "SIGUSR2");
  while (successorNow(old.master, 2) === undefined || verdicts.length < 4) {
    verdicts.push((await status(["--socket", path])).verdict);
  }
  // a look that began before the last worker was up has ended by now
  verdicts.push((await status(["--socket", path])).verdict);
  const changes = verdicts.filter((verdict, at) => verdict !== verdicts[at - 1]);
  expect(changes.at(0) === "handover" ? ["one-master", ...changes] : changes).toEqual([
    "one-master",
    "handover",
  ]);
});

test("USR2 rolled back: the old master serves on", async () => {
  const folder = testFolder();
  const { old, next } = await upgrade({ folder, pidfile: "gunicorn.pid" });
  signal(next.master, "SIGQUIT");
  await gone([next.master, ...next.workers]);
  expect(await look(folder.at("app.sock"))).toEqual(seen("one-master", [group("serving", old)]));
});

test("USR2 of a daemon without titles is a handover too", async () => {
  const folder = testFolder();
  const { old, next } = await upgrade({
    folder,
    daemon: true,
    pidfile: "gunicorn.pid",
    env: withoutSetproctitle(folder),
  });
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("handover", [group("predecessor", old), group("successor", next)]),
  );
});

test("a second start in the middle of an upgrade makes both sides of it stale", async () => {
  const folder = testFolder();
  const { old, next } = await upgrade({ folder });
  const thief = await startGunicorn({ folder });
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("duplicate", [group("serving", thief), group("stale", old), group("stale", next)]),
  );
});

test("two upgrades in a row: the second successor serves alone", async () => {
  const folder = testFolder();
  const { old, next } = await upgrade({ folder, daemon: true, pidfile: "gunicorn.pid" });
  signal(old.master, "SIGQUIT");
  await gone([old.master, ...old.workers]);
  await waitFor("the new master to be promoted", () => {
    return living(next.master.pid)?.parentPid !== old.master.pid;
  });
  // a master that does not know of its promotion yet ignores USR2
  const last = await waitFor("the second successor", async () => {
    signal(next.master, "SIGUSR2");
    return await successorOf(next.master, 1, 2_000);
  });
  signal(next.master, "SIGQUIT");
  await gone([next.master, ...next.workers]);
  expect(await look(folder.at("app.sock"))).toEqual(seen("one-master", [group("serving", last)]));
});

interface Side {
  readonly master: ProcessId;
  readonly workers: readonly ProcessId[];
}

async function upgrade(options: GunicornOptions): Promise<{ old: Gunicorn; next: Side }> {
  const old = await startGunicorn(options);
  signal(old.master, "SIGUSR2");
  return { old, next: await successorOf(old.master, options.workers ?? 1, 30_000) };
}

function successorOf(master: ProcessId, wanted: number, timeoutMs: number): Promise<Side> {
  return waitFor(
    `master ${master.pid} to have a successor`,
    () => successorNow(master, wanted),
    timeoutMs,
  );
}

function successorNow(master: ProcessId, wanted: number): Side | undefined {
  const next = childrenOf(master.pid).find(
    (child) => catchesLikeMaster(child) && heldListeners(child.pid).length > 0,
  );
  const workers = next === undefined ? [] : workersOf(next);
  return next === undefined || workers.length !== wanted
    ? undefined
    : { master: idOf(next), workers: workers.map(idOf) };
}
