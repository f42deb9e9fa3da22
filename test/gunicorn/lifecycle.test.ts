import { beforeEach, expect, test } from "vitest";
import type { Verdict } from "../../agent/model/verdict.ts";
import { check, status } from "../support/agent.ts";
import { testFolder } from "../support/folder.ts";
import { asInProduction, drains, heldListeners, startGunicorn } from "../support/gunicorn.ts";
import { heldRequest } from "../support/http.ts";
import { alive, workersOf } from "../support/process.ts";
import { requireReal } from "../support/require-real.ts";
import { expected, group, look, reduced, seen, socketOf } from "../support/seen.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

test("one group, started as in production", async () => {
  const folder = testFolder();
  const only = await startGunicorn(asInProduction(folder));
  const path = folder.at("sampleplatform.sock");
  expect(await look(path)).toEqual(seen("one-master", [group("serving", only)]));

  const report = await status(["--socket", path]);
  expect(report).toMatchObject({
    schema: 1,
    verdict: "one-master",
    sockets: [
      {
        path,
        boundAs: "sampleplatform.sock",
        file: { mode: "0770", owner: "root", group: "root" },
        confirmed: false,
        findings: [],
        groups: [
          {
            listener: { inode: only.listenerInode },
            master: { ...only.master, user: "root", command: "gunicorn: master [app:app]" },
            workers: only.workers,
            others: [],
          },
        ],
        orphanMemory: { rssBytes: 0, reclaimableBytes: 0, budgetRatio: 0 },
      },
    ],
  });
  const memory = report.sockets[0]?.groups[0]?.memory;
  expect(memory?.reclaimableBytes).toBeGreaterThan(10e6);
  expect(memory?.rssBytes).toBeGreaterThan(memory?.pssBytes ?? Infinity);
  expect(memory?.pssBytes).toBeGreaterThan(memory?.ussBytes ?? Infinity);

  const checked = await check(["--socket", path]);
  expect(checked.stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(checked).toMatchObject({ exitCode: 0, stderr: "" });
});

test("one group is found without being asked for", async () => {
  const folder = testFolder();
  const only = await startGunicorn(asInProduction(folder));
  const socket = socketOf((await status([])).sockets, only.master);
  expect(socket.path).toBe(folder.at("sampleplatform.sock"));
  expect(reduced(socket)).toEqual(expected("one-master", [group("serving", only)]));
});

test("HUP: a reload stays one master from its start to its end", async () => {
  const folder = testFolder();
  const { master, workers } = await startGunicorn({ folder, workers: 2 });
  signal(master, "SIGHUP");
  const during = await status(["--socket", folder.at("app.sock")]);
  expect(during.verdict).toBe("one-master");
  await gone(workers);
  const fresh = await waitFor("two new workers", () => {
    const now = workersOf(master);
    return now.length === 2 && now;
  });
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("one-master", [group("serving", { master, workers: fresh })]),
  );
});

test("reload upon reload, looked at all the while: never anything but one master", async () => {
  const folder = testFolder();
  const { master, workers } = await startGunicorn({ folder, workers: 4 });
  const verdicts: Verdict[] = [];
  let before = workers;
  while (verdicts.length < 12) {
    signal(master, "SIGHUP");
    verdicts.push((await status(["--socket", folder.at("app.sock")])).verdict);
    verdicts.push((await status(["--socket", folder.at("app.sock")])).verdict);
    await gone(before);
    before = workersOf(master);
  }
  expect(new Set(verdicts)).toEqual(new Set(["one-master"]));
});

test("TTIN and TTOU: one worker more, one worker less, still one master", async () => {
  const folder = testFolder();
  const { master } = await startGunicorn({ folder, workers: 1 });
  for (const [name, wanted] of [
    ["SIGTTIN", 2],
    ["SIGTTOU", 1],
  ] as const) {
    signal(master, name);
    const workers = await waitFor(`${wanted} workers after ${name}`, () => {
      const now = workersOf(master);
      return now.length === wanted && now;
    });
    expect(await look(folder.at("app.sock"))).toEqual(
      seen("one-master", [group("serving", { master, workers })]),
    );
  }
});

test("TERM with a long request in flight: unreachable while it drains, and then nothing is left", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const { master, workers } = await startGunicorn({ folder, ...drains });
  const held = await heldRequest(folder, path);
  signal(master, "SIGTERM");
  await waitFor("the master to close its listener", () => heldListeners(master.pid).length === 0);
  expect(await look(path)).toEqual(
    seen("unreachable", [group("draining", { master, workers })], { evidence: "none" }),
  );
  held.letGo();
  expect((await held.answer).status).toBe(200);
  await gone([master, ...workers]);
  expect(await look(path)).toEqual(seen("no-master", [], { evidence: "none" }));
});

test("TERM and a new start while the old one drains: a handover, no duplicate", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder, ...drains });
  const held = await heldRequest(folder, path);
  signal(old.master, "SIGTERM");
  await waitFor("the old master to close its listener", () => {
    return heldListeners(old.master.pid).length === 0;
  });
  const next = await startGunicorn({ folder });
  expect(alive(old.master)).toBe(true);
  expect(await look(path)).toEqual(
    seen("handover", [group("serving", next), group("draining", old)]),
  );
  held.letGo();
  expect((await held.answer).status).toBe(200);
  await gone([old.master]);
  expect(await look(path)).toEqual(seen("one-master", [group("serving", next)]));
});
