import type { CutoverGroup, CutoverTarget } from "../model/cutover.ts";
import type { CutoverPlan, CutoverStep } from "../model/cutover-plan.ts";
import { shellWord } from "./audit-shell.ts";
import { installStep, putAwayStep, words } from "./cutover-steps-files.ts";
import { execWords } from "./cutover-unit-file.ts";

/** What the steps are told of. */
export interface StepParts extends Pick<CutoverPlan, "mode" | "socketActivation"> {
  readonly target: CutoverTarget;
}

type Step = CutoverStep;

/** Beside the file, as a link cannot lead elsewhere: where apply puts it too. */
function keptName(path: string): string {
  return path.replace(/([^/]*)$/, ".$1.onemaster-1");
}

function pidsOf(groups: readonly CutoverGroup[]): readonly number[] {
  return groups.flatMap(({ master, workers, others }) => [
    ...(master === null ? [] : [master.pid]),
    ...workers.map(({ pid }) => pid),
    ...others,
  ]);
}

function mastersText(groups: readonly CutoverGroup[]): string {
  const names = groups.map(
    ({ role, master }) => `${role} ${master === null ? "group" : `master ${master.pid}`}`,
  );
  return names.join(" and ") || "nothing";
}

/** A command line as the service's user, in the service's directory. */
function asService({ service }: CutoverTarget, command: readonly string[]): string {
  const { user, group, workingDirectory } = service;
  const as = ["setpriv", `--reuid=${user.name}`, `--regid=${group.name}`, "--init-groups"];
  return `cd ${shellWord(workingDirectory)} && ${words([...as, ...command])}`;
}

function curl({ socket }: CutoverTarget): string {
  const url = `http://localhost${socket.url}`;
  return words([
    "curl",
    "-sS",
    "-o",
    "/dev/null",
    "-w",
    String.raw`%{http_code}\n`,
    "--unix-socket",
    socket.path,
    url,
  ]);
}

function curlNginx({ nginx }: CutoverTarget): readonly string[] {
  if (nginx === null) return [];
  const host = nginx.host === null ? [] : ["-H", `Host: ${nginx.host}`];
  return [
    words([
      "curl",
      "-ksS",
      "-o",
      "/dev/null",
      "-w",
      String.raw`%{http_code}\n`,
      ...host,
      nginx.url,
    ]),
  ];
}

function preflight({ target }: StepParts): Step {
  const { service } = target;
  const check = [...execWords(service), "--check-config"];
  return {
    step: "preflight",
    text:
      `nothing is touched yet: ${service.app} is imported as ${service.user.name} and started once` +
      `${service.keepsRoot ? ", its master as root" : ""}, with the same command line and another path, and has to answer a request`,
    commands: [asService(target, check)],
    check: "gunicorn exits 0; the trial has its workers, answers, and is gone again",
    undo: null,
  };
}

function record({ target: { backup, old } }: StepParts): Step {
  const init =
    old.initScript === null ? [] : [`cp -a ${shellWord(old.initScript)} ${shellWord(backup)}/`];
  return {
    step: "record",
    text: `what is put away is copied to ${backup}, and from here on each step is written down before it is taken`,
    commands: [`install -d -m 700 ${shellWord(backup)}`, ...init],
    check: "the copies are on disk",
    undo: null,
  };
}

function ownership({ target: { ownership: files } }: StepParts): readonly Step[] {
  if (files.length === 0) return [];
  return [
    {
      step: "ownership",
      text: "files that root wrote are given to the account that writes them from now on",
      commands: files.map(({ path, to }) => `chown ${to.uid}:${to.gid} ${shellWord(path)}`),
      check: "that account can write them",
      undo: "each gets its owner back",
    },
  ];
}

function setAside({ target }: StepParts): readonly Step[] {
  const { socket, old, scope } = target;
  const pids = [...new Set([...pidsOf(old.groups), ...(old.inCgroup ?? [])])].toSorted(
    (a, b) => a - b,
  );
  const busctl = [
    "busctl call org.freedesktop.systemd1 /org/freedesktop/systemd1",
    "org.freedesktop.systemd1.Manager StartTransientUnit 'ssa(sv)a(sa(sv))'",
    `${shellWord(scope)} fail 2 PIDs au ${pids.length} ${pids.join(" ")} KillSignal i 9 0`,
  ];
  return [
    {
      step: "keep-name",
      text: "the live socket file gets a second name, to be put back by if anything takes the first",
      commands: [`ln ${shellWord(socket.path)} ${shellWord(keptName(socket.path))}`],
      check: "both names are one file",
      undo: "the second name is put in the place of the first, where that is gone, or else removed",
    },
    {
      step: "set-aside",
      text:
        `all ${pids.length} processes of ${mastersText(old.groups)} are moved from ${old.unit} ` +
        `into ${scope}; they go on serving, and no stop of the unit reaches them any more`,
      commands: [busctl.join(" \\\n  ")],
      check: `no process is left in the cgroup of ${old.unit}, and the socket answers`,
      undo: `they are moved back into ${old.unit}`,
    },
  ];
}

/** By hand as by itself: KILL lets nobody unlink a path by its name. */
function stopAll({ target: { old, socket } }: StepParts): Step {
  const masters = old.groups.flatMap(({ master }) => (master === null ? [] : [master.pid]));
  const workers = old.groups.flatMap((group) => group.workers.map(({ pid }) => pid));
  const pids = pidsOf(old.groups);
  return {
    step: "stop-all",
    text: `${mastersText(old.groups)} end: masters are stopped, workers finish their requests, the rest is killed; the site is down from here on`,
    commands:
      pids.length === 0
        ? [`rm -f ${shellWord(socket.path)}`]
        : [
            ...(masters.length === 0 ? [] : [`kill -STOP ${masters.join(" ")}`]),
            ...(workers.length === 0 ? [] : [`kill -TERM ${workers.join(" ")}`, "sleep 35"]),
            `kill -KILL ${pids.join(" ")}`,
            `rm -f ${shellWord(socket.path)}`,
          ],
    check: "no process of them is left, and nothing listens",
    undo: `${old.unit} is started again as it was`,
  };
}

function start({ target, mode, socketActivation }: StepParts): Step {
  const { service, socket, start: units } = target;
  const instant =
    mode === "clean"
      ? "the site is up again"
      : `${socketActivation ? "systemd" : "its master"} takes ${socket.path}: the one instant in which a request can fail`;
  // start alone would do nothing: to systemd the unit of the init script is still active
  const verb = units.map((unit) => `systemctl restart ${shellWord(unit)}`);
  return {
    step: "start",
    text: `${service.name} is started; ${instant}`,
    commands: [
      ...(mode === "clean"
        ? []
        : [`systemctl show -p ControlGroup,MainPID ${shellWord(service.name)}`]),
      ...verb,
    ],
    check: "MainPID is a gunicorn master",
    undo:
      mode === "clean"
        ? "the unit is stopped"
        : "the second name goes back to the path, so that the old master serves again; then the unit is stopped",
  };
}

function answer({ target }: StepParts): Step {
  const { service, socket, nginx } = target;
  const { ownerText, mode } = socket;
  return {
    step: "answer",
    text: `the new master has to own the path, with ${service.workers} workers, and answer through the socket${nginx === null ? "" : " and through nginx"}`,
    commands: [
      `systemctl show -p MainPID,KillMode,FragmentPath ${shellWord(service.name)}`,
      `stat -c '%a %U:%G' ${shellWord(socket.path)}`,
      curl(target),
      ...curlNginx(target),
    ],
    check: `MainPID listens at the path, the file is ${mode.toString(8).padStart(4, "0")} ${ownerText}, both answer below 500`,
    undo: null,
  };
}

function endOld({ target: { old, scope } }: StepParts): Step {
  return {
    step: "end-old",
    text: `${mastersText(old.groups)} in ${scope} end as remediate ends stale groups: a stopped master, workers that finish their requests, then KILL; never TERM to a master, which would delete the new socket file`,
    commands: [`onemaster remediate --yes`],
    check: "the scope is empty, and the new master owns the path as before",
    undo: "once some of them are ended there is no way back to them: what is left is finished, and rollback starts the init script",
  };
}

function finish({ target }: StepParts): Step {
  const { service, socket } = target;
  return {
    step: "finish",
    text: "the second name and the scope go, the record is closed; the backup stays for onemaster cutover rollback",
    commands: [
      `rm -f ${shellWord(keptName(socket.path))}`,
      `onemaster cutover verify --unit ${shellWord(service.name)}`,
      `onemaster drill --unit ${shellWord(service.name)} --cycles 5 --yes`,
    ],
    check: "one master, no leftover process, and so after every restart",
    undo: null,
  };
}

/** The steps in their order. Pure: what a person reads is what is carried out. */
export function cutoverSteps(parts: StepParts): readonly CutoverStep[] {
  const before = [preflight(parts), record(parts), ...ownership(parts)];
  if (parts.mode === "clean") {
    return [
      ...before,
      stopAll(parts),
      installStep(parts),
      putAwayStep(parts),
      start(parts),
      answer(parts),
      finish(parts),
    ];
  }
  return [
    ...before,
    ...setAside(parts),
    installStep(parts),
    putAwayStep(parts),
    start(parts),
    answer(parts),
    endOld(parts),
    finish(parts),
  ];
}
