import { once } from "node:events";
import { chmodSync, existsSync, linkSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createHands } from "../../../agent/act/hands.ts";
import type { GroupReport, Report } from "../../../agent/model/report.ts";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import type { UnitsSeen } from "../../../agent/model/unit.ts";
import { endOld } from "../../../agent/run/cutover-end-old.ts";
import { createCutoverWalk } from "../../../agent/run/cutover-walk.ts";
import { createFakeHost, type FakeHost } from "../act/fake-host.ts";
import { group, report, socket } from "../cli/reports.ts";
import { cutover } from "../history/cutovers.ts";
import { installed, oldListens, runningUntilStopped } from "./cutover-installed.ts";
import { fakeCutover } from "./fake-cutover.ts";

const unitFile = "/etc/systemd/system/platform.service";

/** A real socket file in a folder of its own, which goes with the test. */
async function boundFile(): Promise<{ readonly folder: string; readonly path: string }> {
  const folder = mkdtempSync(join(tmpdir(), "onemaster-end-old-"));
  const path = join(folder, "app.sock");
  const server = createServer().listen(path);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  chmodSync(path, 0o770);
  return { folder, path };
}

/** Who lives on the fake host, as a scan would report it: master 68 serves, all others are stale. */
function seen({ kernel }: FakeHost, path: string): { report: Report; units: UnitsSeen } {
  const masters = [...kernel.processes.values()].filter(({ program }) => program === "master");
  const { dev, ino } = statSync(path);
  const groups = masters.map(({ pid, startTicks, sockets }): GroupReport => {
    const role = pid === 68 ? "serving" : "stale";
    const [inode = 0] = sockets;
    const like = group(role, pid);
    const workers = [...kernel.processes.values()].filter(({ parentPid }) => parentPid === pid);
    return {
      ...like,
      listener: { inode, fileInode: pid === 68 ? ino : ino + pid },
      master: like.master && { ...like.master, startTicks, unit: null },
      workers: workers.map((one) => ({ pid: one.pid, startTicks: one.startTicks })),
    };
  });
  const heads = groups.flatMap(({ master }) =>
    master === null
      ? []
      : [
          {
            id: master,
            ancestors: [1],
            session: master.pid,
            cgroup: "/",
            unit: undefined,
            workingDirectory: undefined,
            args: [],
          },
        ],
  );
  const file = { device: dev, inode: ino, mode: "0770", owner: "root", group: "root" };
  return {
    report: report([
      socket({ path, file, groups, verdict: "duplicate", unit: null, pidfile: null }),
    ]),
    units: { units: [], heads, pidfiles: [] },
  };
}

it("each old group is waited for afresh, whatever grace the one before it has taken", async () => {
  const { folder, path } = await boundFile();
  const { dev, ino } = statSync(path);
  // group 49 with 50 and 51 is stale, 68 with 69 serves; and an older stale one with a request
  const host = createFakeHost();
  const { kernel } = host;
  kernel.files.set(path, { kind: "socket", device: dev, inode: ino });
  const sockets = [333];
  kernel.birth({ pid: 39, startTicks: 7, program: "master", sockets: new Set(sockets) });
  kernel.birth({
    pid: 40,
    program: "worker",
    parentPid: 39,
    sockets: new Set(sockets),
    busyUntilMs: 34_000,
  });
  // as it ends, a worker of who serves is replaced
  host.onCall = (call) => {
    if (call === "SIGKILL 39") kernel.signal(69, "SIGKILL");
  };
  const { target, ...rest } = cutover();
  const { hands, eyes, clock } = host.parts;
  const { link, unlink } = createHands();
  const { parts } = fakeCutover({
    record: cutover(),
    report: report([]),
    answer: { kind: "answered", status: 200 },
    unit: () => ({ subState: "running", fragmentPath: unitFile, mainPid: 68 }),
  }).walk;
  const stale = [39, 49].map((pid) => ({ pid, startTicks: host.process(pid).startTicks }));
  const walk = createCutoverWalk(
    {
      ...rest,
      served: null,
      aside: stale,
      target: {
        ...target,
        service: { ...target.service, workers: 1 },
        socket: { ...target.socket, path, uid: null, gid: null },
      },
    },
    {
      ...parts,
      settings: { ...defaultSettings, stateDir: join(folder, "state") },
      clock,
      hands: { ...hands, link, unlink },
      eyes: {
        ...eyes,
        answer: () => Promise.resolve({ kind: "answered", status: 200, tookMs: 3 }),
      },
      look: () => Promise.resolve(seen(host, path).report),
      lookForActing: () => Promise.resolve({ ...seen(host, path), paths: new Set() }),
    },
  );
  expect(await endOld(walk)).toEqual({ result: "done", text: "2 old groups ended" });
  expect(walk.notes()).toEqual([]);
  expect(clock.monotonicMs()).toBeGreaterThan(34_000);
  expect([kernel.processes.has(39), kernel.processes.has(49), host.crimes]).toEqual([
    false,
    false,
    [],
  ]);
});

it("a path that is lost before the old master is ended leads to it again by the next look", async () => {
  const one = await installed();
  const host = runningUntilStopped(one);
  const live = join(dirname(one.keptName), "app.sock");
  linkSync(live, one.keptName);
  const stood: boolean[] = [];
  const { walk } = fakeCutover({
    ...host,
    unit(name) {
      stood.push(existsSync(live));
      if (stood.length === 1) {
        rmSync(live);
        return { ...host.unit?.(name) };
      }
      host.state.runs = false;
      return { ...host.unit?.(name) };
    },
    report: report([socket({ groups: [group("serving", 70)] })]),
    living: oldListens,
    file: () => (existsSync(live) ? { kind: "socket", ...one.file } : { kind: "absent" }),
    answer: { kind: "answered", status: 200 },
  });
  expect(await endOld(walk)).toEqual({
    result: "failed",
    text: "platform.service is not active",
  });
  expect(stood).toEqual([true, true]);
  // 50 ms of this clock go by with each look, and with what was seen in it
  expect(walk.parts.clock.monotonicMs()).toBeLessThan(200 + 4 * 50);
});
