import { rmSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { status } from "../support/agent.ts";
import { type TestFolder, testFolder } from "../support/folder.ts";
import { type GunicornOptions, startGunicorn, withoutSetproctitle } from "../support/gunicorn.ts";
import { activator, debianPython } from "../support/python.ts";
import { type Need, requireReal } from "../support/require-real.ts";
import { group, look, seen } from "../support/seen.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

interface Variant {
  readonly how: string;
  readonly needs?: readonly Need[];
  readonly options: (folder: TestFolder) => Partial<GunicornOptions>;
}

const variants: readonly Variant[] = [
  { how: "sync workers", options: () => ({ workerClass: "sync" }) },
  {
    how: "gthread workers",
    options: () => ({ workerClass: "gthread", extra: ["--threads", "2"] }),
  },
  { how: "gevent workers", needs: ["gevent"], options: () => ({ workerClass: "gevent" }) },
  { how: "eventlet workers", needs: ["eventlet"], options: () => ({ workerClass: "eventlet" }) },
  { how: "tornado workers", needs: ["tornado"], options: () => ({ workerClass: "tornado" }) },
  { how: "no setproctitle", options: (folder) => ({ env: withoutSetproctitle(folder) }) },
  { how: "python3 -m gunicorn", options: () => ({ as: "module" }) },
  {
    how: "python3 -m gunicorn without setproctitle",
    options: (folder) => ({ as: "module", env: withoutSetproctitle(folder) }),
  },
  { how: "--preload", options: () => ({ extra: ["--preload"] }) },
  { how: "--daemon", options: () => ({ daemon: true, pidfile: "gunicorn.pid" }) },
  {
    how: "PYTHONFAULTHANDLER, whose masters catch ABRT too",
    options: () => ({ env: { PYTHONFAULTHANDLER: "1" } }),
  },
  { how: "another user than the agent", options: () => ({ extra: ["-u", "65534", "-m", "0"] }) },
];

test.for(variants.map((variant) => [variant.how, variant] as const))(
  "%s: one group, then two",
  async ([, { needs = [], options }], context) => {
    requireReal(context, ...needs);
    const folder = testFolder();
    const path = folder.at("app.sock");
    const start: GunicornOptions = { folder, workers: 2, ...options(folder) };
    const old = await startGunicorn(start);
    expect(await look(path)).toEqual(seen("one-master", [group("serving", old)]));
    rmSync(folder.at("gunicorn.pid"), { force: true });
    const next = await startGunicorn(start);
    expect(await look(path)).toEqual(
      seen("duplicate", [group("serving", next), group("stale", old)]),
    );
  },
);

test("two sockets of one master are two sockets with one master each", async () => {
  const folder = testFolder();
  const both = await startGunicorn({
    folder,
    workers: 2,
    bind: "unix:first.sock",
    extra: ["-b", "unix:second.sock"],
  });
  const one = seen("one-master", [group("serving", both)]);
  expect(await look(folder.at("first.sock"))).toEqual(one);
  expect(await look(folder.at("second.sock"))).toEqual(one);
  const other = await startGunicorn({ folder, bind: "unix:second.sock" });
  expect(await look(folder.at("first.sock"))).toEqual(seen("one-master", [group("serving", both)]));
  expect(await look(folder.at("second.sock"))).toEqual(
    seen("duplicate", [group("serving", other), group("stale", both)]),
  );
  const report = await status([
    "--socket",
    folder.at("first.sock"),
    "--socket",
    folder.at("second.sock"),
  ]);
  expect(report.verdict).toBe("duplicate");
  expect(report.sockets.map((socket) => [socket.path, socket.verdict])).toEqual([
    [folder.at("first.sock"), "one-master"],
    [folder.at("second.sock"), "duplicate"],
  ]);
});

test.for([
  ["an activator that becomes gunicorn", "exec"],
  ["an activator that stays and holds the listener too", "stay"],
] as const)("socket activation by %s: one master", async ([, what]) => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const only = await startGunicorn({
    folder,
    bind: null,
    inside: [debianPython, "-c", activator, path, what],
    reach: () => path,
  });
  expect(await look(path)).toEqual(seen("one-master", [group("serving", only)]));
});
