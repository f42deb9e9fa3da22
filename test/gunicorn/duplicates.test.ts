import { rmSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { check, status } from "../support/agent.ts";
import { subFolder, testFolder } from "../support/folder.ts";
import { asInProduction, startGunicorn } from "../support/gunicorn.ts";
import { whoAnswers } from "../support/http.ts";
import { socketsOf } from "../support/process.ts";
import { startProgram } from "../support/program.ts";
import { debianPython, otherServer } from "../support/python.ts";
import { requireReal } from "../support/require-real.ts";
import { expected, group, look, reduced, seen, socketOf } from "../support/seen.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

test("two groups, started as in production: the old one is stale", async () => {
  const folder = testFolder();
  const path = folder.at("sampleplatform.sock");
  const old = await startGunicorn(asInProduction(folder));
  rmSync(folder.at("gunicorn.pid"));
  const next = await startGunicorn(asInProduction(folder));
  expect((await whoAnswers(path)).parent).toBe(next.master.pid);
  expect(await look(path)).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );

  const [socket] = (await status(["--socket", path])).sockets;
  expect(socket).toMatchObject({
    path,
    boundAs: "sampleplatform.sock",
    findings: [{ kind: "duplicate" }],
    groups: [
      { role: "serving", listener: { inode: next.listenerInode }, master: next.master },
      { role: "stale", listener: { inode: old.listenerInode }, master: old.master },
    ],
  });
  expect(socket?.groups[0]?.listener.fileInode).toBe(socket?.file?.inode);
  expect(socket?.groups[1]?.listener.fileInode).not.toBe(socket?.file?.inode);
  expect(socket?.findings[0]?.message).toContain(String(old.master.pid));
  expect(socket?.findings[0]?.message).toContain(String(next.master.pid));
  const stale = socket?.groups[1]?.memory;
  expect(socket?.orphanMemory.reclaimableBytes).toBe(stale?.reclaimableBytes);
  expect(socket?.orphanMemory.reclaimableBytes).toBeGreaterThan(10e6);

  const checked = await check(["--socket", path]);
  expect(checked.stdout.trimEnd().split("\n")).toHaveLength(1);
  expect(checked.stdout).toContain(String(old.master.pid));
});

test("three groups: two are stale", async () => {
  const folder = testFolder();
  const first = await startGunicorn({ folder });
  const second = await startGunicorn({ folder });
  const third = await startGunicorn({ folder });
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("duplicate", [group("serving", third), group("stale", first), group("stale", second)]),
  );
});

test("the live group ends and takes the path with it: the stale one is stranded", async () => {
  const folder = testFolder();
  const old = await startGunicorn({ folder });
  const next = await startGunicorn({ folder });
  signal(next.master, "SIGTERM");
  await gone([next.master, ...next.workers]);
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("unreachable", [group("stranded", old)], { evidence: "none" }),
  );
});

test("TERM to the stale master takes the path from the live one: it is stranded", async () => {
  const folder = testFolder();
  const old = await startGunicorn({ folder });
  const next = await startGunicorn({ folder });
  signal(old.master, "SIGTERM");
  await gone([old.master, ...old.workers]);
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("unreachable", [group("stranded", next)], { evidence: "none" }),
  );
});

test("the socket file is removed under two masters: both are stranded", async () => {
  const folder = testFolder();
  const old = await startGunicorn({ folder });
  const next = await startGunicorn({ folder });
  rmSync(folder.at("app.sock"));
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("unreachable", [group("stranded", old), group("stranded", next)], { evidence: "none" }),
  );
});

test("the socket file is removed under the only master: it is stranded", async () => {
  const folder = testFolder();
  const only = await startGunicorn({ folder });
  rmSync(folder.at("app.sock"));
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("unreachable", [group("stranded", only)], { evidence: "none" }),
  );
});

test("a master started by hand elsewhere steals the path: it serves, the other is stale", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const own = await startGunicorn({ folder, workers: 2, daemon: true, pidfile: "gunicorn.pid" });
  const thief = await startGunicorn({
    folder: subFolder(folder, "home"),
    bind: `unix:${path}`,
    cwd: "/",
  });
  expect(await look(path)).toEqual(
    seen("duplicate", [group("serving", thief), group("stale", own)]),
  );
});

test("another program steals the path: it serves, the gunicorn group is stale", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const own = await startGunicorn({ folder });
  const { child } = startProgram({ folder, command: [debianPython, "-c", otherServer, path] });
  const thief = await waitFor("the thief to listen", () => {
    const pid = child.pid ?? 0;
    return socketsOf(pid).length > 0 && { pid, startTicks: 0 };
  });
  expect(await look(path)).toEqual(
    seen("duplicate", [group("serving", { master: thief, workers: [] }), group("stale", own)]),
  );

  const unasked = socketOf((await status([])).sockets, own.master);
  expect(reduced(unasked)).toEqual(expected("duplicate", [group("stale", own)]));
});
