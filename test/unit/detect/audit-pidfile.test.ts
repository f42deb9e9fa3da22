import { describe, expect, it } from "vitest";
import { group } from "../cli/reports.ts";
import { head, itemOf, linkOf, pidfile, pidfilePath, unitSocket, wrapped } from "./audit-build.ts";
import type { AuditedCase } from "./audit-build.ts";

const named = { pidfile: { path: pidfilePath, pid: 68, names: "serving" } } as const;
const one = { sockets: [{ ...named }] };
const two = { sockets: [{ ...named, groups: [group("serving", 68), group("stale", 49)] }] };
const nobody = { sockets: [{ ...named, groups: [] }] };
const outside = head(90, { unit: "hand.scope", cgroup: "/hand.scope" });
const script = { properties: wrapped };
const missing = { pidfiles: [pidfile({ problem: "missing", pid: undefined, process: undefined })] };
const dead = { pidfiles: [pidfile({ pid: 999, process: undefined })] };

function stranger(change: { startedAtMs?: number; signalRole?: "worker" | "other" } = {}) {
  const { startedAtMs = 999_000, signalRole = "other" } = change;
  return {
    pidfiles: [pidfile({ pid: 999, process: { signalRole, command: "nginx", startedAtMs } })],
  };
}

describe("the pidfile of an init script", () => {
  it.each<[string, AuditedCase, string]>([
    [
      "names the serving master",
      { ...one, pidfiles: [pidfile()] },
      `ok: ${pidfilePath} names 68, the serving master`,
    ],
    [
      "names the stale master",
      { ...two, pidfiles: [pidfile({ pid: 49 })] },
      `bad: ${pidfilePath} names 49, the stale master: a stop would unlink the path of the one that serves`,
    ],
    [
      "names a master on its way out",
      { sockets: [{ ...named, groups: [group("draining", 68)] }], pidfiles: [pidfile()] },
      `ok: ${pidfilePath} names 68, the draining master`,
    ],
    [
      "names a master whose role could not be seen",
      { sockets: [{ ...named, groups: [group("unclear", 68)] }], pidfiles: [pidfile()] },
      `unknown: ${pidfilePath} names 68, the unclear master`,
    ],
    [
      "names a master that is not in the unit",
      {
        sockets: [{ ...named, groups: [group("stranded", 68), group("serving", 90)] }],
        heads: [head(68), outside],
        pidfiles: [pidfile({ pid: 90 })],
      },
      `warning: ${pidfilePath} names 90, the serving master, which is not in the unit`,
    ],
    [
      "is missing",
      { ...one, ...missing },
      `bad: ${pidfilePath} is missing: a stop would not find master 68`,
    ],
    [
      "is missing, and nobody runs",
      { ...nobody, ...missing },
      `ok: ${pidfilePath} is missing, and no master runs`,
    ],
    [
      "is missing, and the master leaves",
      { sockets: [{ ...named, groups: [group("draining", 68)] }], ...missing },
      `ok: ${pidfilePath} is missing, and no master runs`,
    ],
    [
      "is empty",
      { ...one, pidfiles: [pidfile({ problem: "empty", pid: undefined })] },
      `bad: ${pidfilePath} is empty: a stop would not find master 68`,
    ],
    [
      "holds no pid",
      { ...one, pidfiles: [pidfile({ problem: "malformed", pid: undefined })] },
      `bad: ${pidfilePath} holds no pid: a stop would not find master 68`,
    ],
    [
      "holds nothing, for no reason given",
      { ...one, pidfiles: [pidfile({ pid: undefined })] },
      `bad: ${pidfilePath} is empty: a stop would not find master 68`,
    ],
    [
      "cannot be read",
      { ...one, pidfiles: [pidfile({ problem: "unreadable", pid: undefined })] },
      `unknown: ${pidfilePath} could not be read`,
    ],
    [
      "names nobody alive",
      { ...one, ...dead },
      `bad: ${pidfilePath} names 999, which is dead: a stop would not find master 68`,
    ],
    [
      "names another program",
      { ...one, ...stranger() },
      `bad: ${pidfilePath} names 999 (nginx), which is no master of this unit`,
    ],
    [
      "names a worker",
      { ...one, ...stranger({ signalRole: "worker" }) },
      `bad: ${pidfilePath} names 999 (nginx), a worker`,
    ],
    [
      "names a pid that was used again",
      { ...one, ...stranger({ startedAtMs: 1_002_001 }) },
      `bad: ${pidfilePath} names 999 (nginx), which started after the file was written: the pid is another process's now`,
    ],
    [
      "names a pid, written nobody knows when",
      { ...one, pidfiles: [{ ...stranger().pidfiles[0]!, writtenAtMs: undefined }] },
      `bad: ${pidfilePath} names 999 (nginx), which is no master of this unit`,
    ],
    [
      "names a process that started as the file was written",
      { ...one, ...stranger({ startedAtMs: 1_002_000 }) },
      `bad: ${pidfilePath} names 999 (nginx), which is no master of this unit`,
    ],
    [
      "is one of two, of which the worse counts",
      {
        sockets: [named, { ...named, path: "/b", pidfile: { ...named.pidfile, path: "/b.pid" } }],
        pidfiles: [pidfile(), pidfile({ path: "/b.pid", problem: "missing", pid: undefined })],
      },
      "bad: /b.pid is missing: a stop would not find master 68",
    ],
    [
      "is not known",
      { sockets: [{}] },
      "unknown: which pidfile /etc/init.d/platform goes by is not known",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf({ ...saw, ...script }, "pidfile")).toBe(told);
  });

  it.each<[string, AuditedCase, string | null]>([
    [
      "it is written anew",
      { ...one, ...missing },
      `echo 68 >${pidfilePath}.new && mv ${pidfilePath}.new ${pidfilePath}`,
    ],
    [
      "it is written anew for the one that serves",
      { ...two, pidfiles: [pidfile({ pid: 49 })] },
      `echo 68 >${pidfilePath}.new && mv ${pidfilePath}.new ${pidfilePath}`,
    ],
    [
      "nobody is chosen among several that do not serve",
      {
        sockets: [{ ...named, groups: [group("stranded", 68), group("stranded", 49)] }],
        ...missing,
      },
      null,
    ],
    [
      "it is removed where nobody runs",
      { ...nobody, ...stranger() },
      `rm ${pidfilePath}\nsystemctl restart platform.service`,
    ],
    [
      "the settings are to name it",
      { sockets: [{}] },
      "# in /etc/onemaster/onemaster.yml, with the path that the script has:\nsockets:\n" +
        `  - path: "${unitSocket().path}"\n    pidfile: /path/of/gunicorn.pid`,
    ],
    ["nothing is to be done without a socket", { sockets: [] }, null],
  ])("%s", (_, saw, fix) => {
    expect(itemOf({ ...saw, ...script }, "pidfile")?.fix).toBe(fix);
  });
});

describe("the pidfile of a native unit", () => {
  const followed = { serviceType: "forking", pidFile: pidfilePath };
  it.each<[string, AuditedCase, string | undefined]>([
    ["is not there, and nobody asks for one", {}, undefined],
    [
      "is missing, which does no harm",
      { ...one, ...missing },
      `ok: ${pidfilePath} is missing; a stop does not need it`,
    ],
    [
      "names nobody alive",
      { ...one, ...dead },
      `ok: ${pidfilePath} names 999, which is dead; a stop does not need it`,
    ],
    [
      "names another program",
      { ...one, ...stranger() },
      `warning: ${pidfilePath} names 999 (nginx), which is no master of this unit`,
    ],
    [
      "names its main process",
      { ...one, pidfiles: [pidfile()] },
      `ok: ${pidfilePath} names 68, the main process`,
    ],
    [
      "names the main process of another server",
      { sockets: [], properties: { ...followed, mainPid: 999 }, ...stranger() },
      `ok: ${pidfilePath} names 999, the main process`,
    ],
    [
      "is missing where PIDFile= needs it",
      { properties: { ...followed, mainPid: 0 }, ...missing },
      `bad: ${pidfilePath} is missing: a stop would not find master 68`,
    ],
    [
      "names the successor of an upgrade",
      {
        sockets: [{ ...named, groups: [group("predecessor", 68), group("successor", 80)] }],
        pidfiles: [pidfile({ pid: 80 })],
      },
      `ok: ${pidfilePath} names 80, the successor master`,
    ],
    [
      "names a master that is not in the unit",
      {
        sockets: [{ ...named, groups: [group("stranded", 68), group("serving", 90)] }],
        heads: [head(68), outside],
        pidfiles: [pidfile({ pid: 90 })],
      },
      `warning: ${pidfilePath} names 90, the serving master, which is not in the unit`,
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "pidfile")).toBe(told);
  });

  it.each<[string, AuditedCase, string | null]>([
    ["it is removed where nobody runs", { ...nobody, ...stranger() }, `rm ${pidfilePath}`],
    ["it is left where somebody runs", { ...one, ...stranger() }, null],
  ])("%s", (_, saw, fix) => {
    expect(itemOf(saw, "pidfile")?.fix).toBe(fix);
  });
});
