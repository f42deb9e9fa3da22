import { expect, it } from "vitest";
import { handover, noMaster, orphaned, unreachable } from "../cli/reports.ts";
import { unit, wrapped } from "./audit-build.ts";
import { folder, line, master, plan, type PlanCase, scripts, launch } from "./cutover-build.ts";

const notWritable = {
  path: "/logs/error.log",
  state: "not-writable",
  owner: { uid: 0, gid: 0 },
  folders: [{ uid: 33, gid: 33 }],
} as const;
const lostFolder = {
  path: "/run/p",
  madeAs: undefined,
  mode: 0o755,
  owner: { uid: 33, gid: 33 },
};
const noAnswer = { kind: "silent", why: "ECONNREFUSED" } as const;
const alsoTcp = { scripts: scripts({ launches: [launch({ line: line({ binds: [":80"] }) })] }) };

function reasons(saw: PlanCase): readonly string[] {
  return plan(saw).refusals.map(({ reason }) => reason);
}

it.each<[string, PlanCase]>([
  ["two masters", {}],
  ["orphaned workers", { socket: orphaned }],
  ["nobody at the path, and all to be stopped", { socket: unreachable, flags: { clean: true } }],
  ["an owner by start time alone, of one", { socket: { evidence: "start-time", masters: 1 } }],
  [
    "files that root stays to write",
    { checks: { files: [notWritable] }, flags: { keepRoot: true } },
  ],
  [
    "files that are given away",
    { checks: { files: [notWritable] }, flags: { fixOwnership: true } },
  ],
  [
    "a folder in which systemd binds",
    { checks: { socketFolder: undefined }, flags: { socketActivation: true } },
  ],
  [
    "listeners that are known of",
    {
      look: {
        master: master({ listens: ["TCP port 80", "/x/sampleplatform.sock", "/run/gunicorn.ctl"] }),
        ...alsoTcp,
      },
      flags: { clean: true },
    },
  ],
  [
    "a gunicorn that root alone can change, and that stays root",
    { look: { master: undefined }, flags: { keepRoot: true } },
  ],
  ["no nginx", { flags: { nginx: "none" }, checks: { nginx: undefined } }],
  ["another bind, and all to be stopped", { look: alsoTcp, flags: { clean: true } }],
  [
    "a unit whose main process systemd follows, and all to be stopped",
    { unit: unit({ ...wrapped, mainPid: 68 }), flags: { clean: true } },
  ],
  [
    "a file where no environment is to be written",
    { look: { inTheWay: ["/etc/default/platform-native"] } },
  ],
  [
    "options in the environment",
    { look: { inEnvironment: line({ daemon: false, pidfile: undefined }) } },
  ],
])("nothing stands against a cutover with %s", (_, saw) => {
  expect(reasons(saw)).toEqual([]);
});

it.each<[string, PlanCase, string, string]>([
  ["somebody who is not root", { look: { isRoot: false } }, "not-root", "only root"],
  [
    "what could not be seen",
    { report: { blind: [{ what: "fd-links", pid: 1, reason: "denied" }] } },
    "blind",
    "fd-links: denied",
  ],
  ["a verdict that could not be told", { socket: { verdict: "unknown" } }, "blind", "not enough"],
  ["nobody at the path", { socket: unreachable }, "not-sound", "--clean"],
  ["no master", { socket: noMaster }, "not-sound", "no-master"],
  ["an upgrade", { socket: handover }, "handover", "wait"],
  [
    "an owner by start time alone",
    { socket: { evidence: "start-time" } },
    "evidence-weak",
    "start times",
  ],
  [
    "a program that fails",
    { checks: { version: undefined, programProblem: "ENOENT" } },
    "program",
    "--version as www-data: ENOENT",
  ],
  [
    "a program that fails without a user",
    { checks: { user: undefined, programProblem: "ENOENT" } },
    "program",
    "as the service's user: ENOENT",
  ],
  [
    "a settings file that makes a daemon",
    { checks: { settingsProblems: ["g.py line 1: daemon = True"] } },
    "settings-file",
    "g.py line 1",
  ],
  [
    "--daemon in the environment",
    { look: { inEnvironment: line({ pidfile: undefined }) } },
    "settings-file",
    "GUNICORN_CMD_ARGS",
  ],
  [
    "a pidfile in the environment",
    { look: { inEnvironment: line({ daemon: false }) } },
    "settings-file",
    "GUNICORN_CMD_ARGS",
  ],
  ["no such user", { checks: { user: undefined } }, "user", "there is no user 33"],
  ["no such group", { checks: { group: undefined } }, "user", "there is no group 33"],
  [
    "a working directory that is closed",
    { checks: { canEnterDirectory: false } },
    "folder",
    `cannot enter ${folder}`,
  ],
  [
    "a folder that is closed",
    { checks: { socketFolder: { ...notWritable, path: folder } } },
    "folder",
    `cannot write in ${folder}`,
  ],
  [
    "a folder that could not be tried",
    { checks: { socketFolder: undefined } },
    "folder",
    "could not be tried",
  ],
  [
    "a log whose folder is missing",
    { checks: { files: [{ ...notWritable, state: "missing" }] } },
    "folder",
    "/logs/error.log can be neither",
  ],
  [
    "a folder of the socket that only the init script makes after a boot",
    { checks: { lostAtBoot: [lostFolder] } },
    "folder",
    '/run/p is gone after a boot, and nothing is known to make it again but what starts gunicorn today, so that the native unit would not start: write "d /run/p 0755 33 33 -" to /etc/tmpfiles.d/platform.conf',
  ],
  [
    "a folder of the socket that a boot makes for root",
    { checks: { lostAtBoot: [lostFolder, { ...lostFolder, madeAs: "0755 root root" }] } },
    "folder",
    '/run/p is made anew by a boot as 0755 root root (tmpfiles.d), and is not that now, so that the native unit might not start: write "d /run/p 0755 33 33 -" in the place of that line',
  ],
  [
    "a file that is no log of a service, to be given to its user",
    {
      checks: { files: [{ ...notWritable, path: "/var/log/auth.log" }] },
      flags: { fixOwnership: true },
    },
    "ownership",
    "/var/log/auth.log stands among the system's own files",
  ],
  [
    "a log of another service, to be given to its user",
    {
      checks: {
        files: [{ ...notWritable, path: "/var/log/nginx/access.log", folders: undefined }],
      },
      flags: { fixOwnership: true },
    },
    "ownership",
    "/var/log/nginx/access.log stands in no folder that is plainly the service's, and is not given",
  ],
  ["a log of root's", { checks: { files: [notWritable] } }, "ownership", "--fix-ownership"],
  [
    "an option with a line end",
    { look: { ownLaunch: launch({ line: line({ kept: ["-n", "x\nExecStartPre=+/bin/x"] }) }) } },
    "value",
    "x\\nExecStartPre",
  ],
  ["a folder with a backslash at its end", { flags: { chdir: "/srv/x\\" } }, "value", "/srv/x"],
  [
    "a description that goes on",
    { look: { scripts: scripts({ header: { description: "x\\", starts: [] } }) } },
    "value",
    "cannot stand in a unit",
  ],
  [
    "a unit file in the way",
    { look: { inTheWay: ["/etc/systemd/system/platform.service"] } },
    "in-the-way",
    "stands there",
  ],
  [
    "a file of somebody else's where the environment is to be written",
    {
      look: {
        inTheWay: ["/etc/default/platform-native"],
        scripts: scripts({ exported: new Map([["KEY", "1"]]) }),
      },
    },
    "in-the-way",
    "/etc/default/platform-native stands there",
  ],
  ["an nginx that is silent", { checks: { nginx: noAnswer } }, "nginx", "ECONNREFUSED"],
  [
    "an nginx that answers 502",
    { checks: { nginx: { kind: "answered", status: 502 } } },
    "nginx",
    "answers 502",
  ],
])("a cutover is refused for %s", (_, saw, reason, says) => {
  const found = plan(saw).refusals.filter((one) => one.reason === reason);
  expect(found).toHaveLength(1);
  expect(found[0]?.why).toContain(says);
});

it("does not take a file that could not be read for one of somebody", () => {
  const files = [
    { ...notWritable, owner: undefined },
    { ...notWritable, state: "makeable" as const },
  ];
  expect(plan({ checks: { files }, flags: { fixOwnership: true } }).target?.ownership).toEqual([]);
});

it("nothing is shown of a unit that cannot be written", () => {
  expect(plan({ flags: { app: "a\nb" } })).toMatchObject({ target: null, steps: [] });
});
