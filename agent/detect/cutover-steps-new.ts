import type { CutoverTarget } from "../model/cutover.ts";
import type { CutoverStep } from "../model/cutover-plan.ts";
import { octalMode } from "../model/file-mode.ts";
import { shellWord, shellWords } from "./audit-shell.ts";
import type { StepParts } from "./cutover-step-parts.ts";
import { execWords } from "./cutover-unit-file.ts";

/** A command line as the service's user, in the service's directory. */
function asService({ service }: CutoverTarget, command: readonly string[]): string {
  const { user, group, workingDirectory } = service;
  const as = ["setpriv", `--reuid=${user.name}`, `--regid=${group.name}`, "--init-groups"];
  return `cd ${shellWord(workingDirectory)} && ${shellWords([...as, ...command])}`;
}

/** Prints the status of a page, and nothing of it. */
function curl(flags: string, ...where: readonly string[]): string {
  const alone = ["-o", "/dev/null", "-w", String.raw`%{http_code}\n`];
  return shellWords(["curl", flags, ...alone, ...where]);
}

function curlNginx({ nginx }: CutoverTarget): readonly string[] {
  if (nginx === null) return [];
  const host = nginx.host === null ? [] : ["-H", `Host: ${nginx.host}`];
  return [curl("-ksS", ...host, nginx.url)];
}

/** The trial of the new gunicorn beside the live path. */
export function preflightStep({ target }: StepParts): CutoverStep {
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

/** The start of the native unit. */
export function startStep({ target, mode, socketActivation }: StepParts): CutoverStep {
  const { service, socket, start: units } = target;
  const instant =
    mode === "clean"
      ? "the site is up again"
      : `${socketActivation ? "systemd" : "its master"} takes ${socket.path}: the one instant in which a request can fail`;
  // start alone would do nothing: to systemd the unit of the init script is still active; and a
  // restart would take along whoever requires it
  const stop = `systemctl stop --job-mode=ignore-dependencies ${shellWord(service.name)}`;
  const starts = units.map((unit) => `systemctl start ${shellWord(unit)}`);
  return {
    step: "start",
    text: `${service.name} is started; ${instant}`,
    commands: [
      ...(mode === "clean"
        ? []
        : [`systemctl show -p ControlGroup,MainPID ${shellWord(service.name)}`]),
      stop,
      ...starts,
    ],
    check: "MainPID is a gunicorn master",
    undo:
      mode === "clean"
        ? "the unit is stopped"
        : "the second name goes back to the path, so that the old master serves again; then the unit is stopped",
  };
}

/** The proof that the new master serves. */
export function answerStep({ target }: StepParts): CutoverStep {
  const { service, socket, nginx } = target;
  const { ownerText, mode } = socket;
  return {
    step: "answer",
    text: `the new master has to own the path, with ${service.workers} workers, and answer through the socket${nginx === null ? "" : " and through nginx"}`,
    commands: [
      `systemctl show -p MainPID,KillMode,FragmentPath ${shellWord(service.name)}`,
      `stat -c '%a %U:%G' ${shellWord(socket.path)}`,
      curl("-sS", "--unix-socket", socket.path, `http://localhost${socket.url}`),
      ...curlNginx(target),
    ],
    check: `MainPID listens at the path, the file is ${octalMode(mode)} ${ownerText}, both answer below 500`,
    undo: null,
  };
}
