import type { CutoverGroup } from "../model/cutover.ts";
import type { CutoverStep } from "../model/cutover-plan.ts";
import { shellWord } from "./audit-shell.ts";
import type { StepParts } from "./cutover-step-parts.ts";

/** The second name of a path, as apply makes it: beside it, as a link cannot lead elsewhere. */
export function keptName(path: string): string {
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

/** Keeping the live file by a second name, and the old groups out of reach of their unit. */
export function setAsideSteps({ target }: StepParts): readonly CutoverStep[] {
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

/**
 * The end of the old groups with --clean. By hand as by itself: KILL lets nobody unlink a path by
 * its name.
 */
export function stopAllStep({ target: { old, socket } }: StepParts): CutoverStep {
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

/** The end of the old groups once the new master serves. */
export function endOldStep({ target: { old, scope } }: StepParts): CutoverStep {
  return {
    step: "end-old",
    text: `${mastersText(old.groups)} in ${scope} end as remediate ends stale groups: a stopped master, workers that finish their requests, then KILL; never TERM to a master, which would delete the new socket file`,
    commands: [`onemaster remediate --yes`],
    check: "the scope is empty, and the new master owns the path as before",
    undo: "once some of them are ended there is no way back to them: what is left is finished, and rollback starts the init script",
  };
}
