import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createEyes } from "../../../agent/probe/eyes.ts";
import { createLookBelow } from "../../../agent/probe/eyes-below.ts";
import { createLookAtProcess } from "../../../agent/probe/eyes-process.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles, type Files } from "../../../agent/probe/files.ts";
import { living } from "../../support/process.ts";
import { waitFor } from "../../support/wait.ts";
import { realEyes, seenBy, startPython } from "./eyes-helpers.ts";
import { type FakeProc, fakeProc, type FakeProcess } from "./fake-proc.ts";

/** No process of this host can have it: pids of a fake host are counted from here. */
const BASE = 5_000_000;

/** What a fake process needs for a look below it: a status, and a stat of each thread. */
function put(proc: FakeProc, pid: number, process: FakeProcess): void {
  proc.put(pid, process);
  const none = "0000000000000000";
  proc.write(`${pid}/status`, `SigPnd:\t${none}\nShdPnd:\t${none}\n`);
  for (const thread of Object.keys(process.threads ?? { [pid]: [] })) {
    proc.write(`${pid}/task/${thread}/stat`, "");
  }
}

/** A master with a worker, of which a second thread has forked git, which has a helper. */
function family(): FakeProc {
  const proc = fakeProc();
  const [master, worker, git, helper] = [BASE + 1, BASE + 2, BASE + 4, BASE + 5];
  put(proc, master, { threads: { [master]: [worker] } });
  put(proc, worker, { parent: master, threads: { [worker]: [], [BASE + 3]: [git] } });
  put(proc, git, { parent: worker, threads: { [git]: [helper] } });
  put(proc, helper, { parent: git, threads: { [helper]: [] } });
  put(proc, BASE + 9, { parent: 1 });
  return proc;
}

function below(proc: FakeProc, pids: readonly number[], change = (files: Files) => files) {
  const log = createFailureLog();
  const files = change(createFiles(log));
  const look = createLookAtProcess(proc.paths, files, log);
  return createLookBelow(proc.paths, files, look, log)(pids)?.map(({ id }) => id.pid - BASE);
}

/** As on a kernel without CONFIG_PROC_CHILDREN. */
function withoutChildrenFiles(proc: FakeProc): FakeProc {
  const pids = [1, 2, 3, 4, 5, 9].map((number) => BASE + number);
  for (const pid of pids) {
    for (const thread of pids) {
      rmSync(`${proc.root}/${pid}/task/${thread}/children`, { force: true });
    }
  }
  return proc;
}

describe.each([
  ["by the lists of children", family],
  ["by the parents of all", () => withoutChildrenFiles(family())],
])("below a process, %s,", (_, made) => {
  it.each([
    ["all its descendants are, whichever thread forked them", [1], [2, 4, 5]],
    ["nobody is where it has no children", [9], []],
    ["those of all that are asked for are, but not these themselves", [1, 2, 9], [4, 5]],
    ["those are that a child has", [4], [5]],
    ["nobody is when nobody is asked for", [], []],
    ["nobody is when there is no such process", [7], []],
  ])("%s", (_case, pids, found) => {
    const asked = pids.map((number) => BASE + number);
    expect(below(made(), asked)).toEqual(found);
  });

  it("zombies count as well", () => {
    const proc = made();
    const threads = made === family ? { [BASE + 4]: [] } : {};
    put(proc, BASE + 4, { parent: BASE + 2, state: "Z", threads });
    expect(below(proc, [BASE + 1])).toContain(4);
  });

  it("who has left or has another parent by now is not", () => {
    const proc = made();
    put(proc, BASE + 5, { parent: 1 });
    expect(below(proc, [BASE + 1])).not.toContain(5);
    proc.remove(BASE + 5);
    expect(below(proc, [BASE + 1])).not.toContain(5);
  });

  it("nobody can tell when one of them cannot be read", () => {
    const proc = made();
    proc.write(`${BASE + 2}/stat`, "odd");
    expect(below(proc, [BASE + 1])).toBeUndefined();
  });
});

describe("a list of children", () => {
  const lists = (...texts: readonly string[]) => {
    const left = [...texts];
    return (files: Files): Files => ({
      ...files,
      text(path) {
        if (!path.endsWith(`${BASE + 1}/children`)) return files.text(path);
        const value = (left.length > 1 ? left.shift() : left[0]) ?? "";
        return { ok: true, value };
      },
    });
  };
  const pids = (...numbers: readonly number[]) => numbers.map((one) => `${BASE + one} `).join("");

  function three(): FakeProc {
    const proc = fakeProc();
    put(proc, BASE + 1, {});
    for (const number of [2, 3, 4]) put(proc, BASE + number, { parent: BASE + 1 });
    return proc;
  }

  it("that left out a child because another one was reaped is read again", () => {
    const change = lists(pids(6, 3, 4), pids(2, 3, 4));
    expect(below(three(), [BASE + 1], change)).toEqual([2, 3, 4]);
  });

  it("that never stays the same tells nothing", () => {
    const change = lists(...Array.from({ length: 30 }, (_, index) => pids(2, 10 + index)));
    expect(below(three(), [BASE + 1], change)).toBeUndefined();
  });

  it("that must not be read tells nothing", () => {
    const change = (files: Files): Files => ({
      ...files,
      text: (what) => ({ ok: false, failure: { kind: "denied", what, why: "EACCES" } }),
    });
    expect(below(three(), [BASE + 1], change)).toBeUndefined();
  });
});

it("says that it could not tell where /proc cannot be listed", () => {
  const log = createFailureLog();
  const proc = withoutChildrenFiles(family());
  const files = createFiles(log);
  const denied: Files = {
    ...files,
    names: (path) =>
      path === proc.root
        ? { ok: false, failure: { kind: "denied", what: path, why: "EACCES" } }
        : files.names(path),
  };
  expect(below(proc, [BASE + 1], () => denied)).toBeUndefined();
  expect(createEyes({ procRoot: "/nowhere", log }).below([process.pid])).toBeUndefined();
});

it("finds what threads of a real process have forked, a zombie and a grandchild", async () => {
  const { eyes } = realEyes();
  const { pid, line } = await startPython(`
import os, subprocess, threading, time
children = []
def fork():
    children.append(subprocess.Popen(["sh", "-c", "sleep 100 & echo $!; wait"], stdout=subprocess.PIPE))
    time.sleep(1000)
threading.Thread(target=fork, daemon=True).start()
zombie = os.fork()
if zombie == 0: os._exit(0)
while not children: time.sleep(0.01)
print(zombie, children[0].pid, int(children[0].stdout.readline()))
time.sleep(1000)`);
  const expected = line.split(" ").map(Number);
  await waitFor("the zombie", () => seenBy(eyes, expected[0] ?? 0).state === "Z");
  const found = eyes.below([pid]);
  expect(new Set(found?.map(({ id }) => id.pid))).toEqual(new Set(expected));
  const alive = (found ?? []).filter(({ state }) => state !== "Z");
  expect(alive.map(({ id }) => living(id.pid)?.startTicks)).toEqual(
    alive.map(({ id }) => id.startTicks),
  );
  expect(eyes.below([process.pid])?.map(({ id }) => id.pid)).toEqual(
    expect.arrayContaining([pid, ...expected]),
  );
  for (const { id } of alive) process.kill(id.pid, "SIGKILL");
});
