import type { CutoverTarget } from "../model/cutover.ts";
import type { CutoverStep } from "../model/cutover-plan.ts";
import { shellWord, writeFile } from "./audit-shell.ts";

interface StepParts {
  readonly target: CutoverTarget;
}

/** Words of a command line for a shell. */
export function words(list: readonly string[]): string {
  return list.map(shellWord).join(" ");
}

function fileCommands({
  path,
  mode,
  text,
  secret,
}: CutoverTarget["files"][number]): readonly string[] {
  const lines = text.trimEnd().split("\n");
  const shown = secret ? lines.map((line) => line.replace(/=.*/, "=…")) : lines;
  const octal = mode.toString(8).padStart(4, "0");
  return [...writeFile(path, shown), ...(secret ? [`chmod ${octal} ${shellWord(path)}`] : [])];
}

/** Writing the native unit. */
export function installStep({ target: { files, service } }: StepParts): CutoverStep {
  return {
    step: "install",
    text: `the native unit is written; as long as systemd has not read it, ${service.name} is what it was`,
    commands: files.flatMap(fileCommands),
    check: `what stands at ${files.map(({ path }) => path).join(" and ")} is that text`,
    undo: "the files are removed, and systemd reads its files again",
  };
}

/** Putting the init script away, so that systemd loads the native unit. */
export function putAwayStep({ target: { old, backup, enable, service } }: StepParts): CutoverStep {
  const { initScript, links } = old;
  const mv = initScript === null ? [] : [`mv ${shellWord(initScript)} ${shellWord(backup)}/`];
  const rm = links.length === 0 ? [] : [`rm ${words(links.map(({ path }) => path))}`];
  const what =
    initScript === null
      ? "there is no init script to put away"
      : `${initScript} and its ${links.length} links in /etc/rc?.d go into the backup`;
  const atBoot = enable.length === 0 ? "" : `; ${enable.join(" and ")} will start at boot`;
  return {
    step: "put-away",
    text: `${what}, and systemd reads its files again${atBoot}`,
    commands: [
      ...mv,
      ...rm,
      "systemctl daemon-reload",
      ...(enable.length === 0 ? [] : [`systemctl enable ${words(enable)}`]),
      `systemctl cat ${shellWord(service.name)}`,
    ],
    check: `systemd has loaded /etc/systemd/system/${service.name}, and nothing from /run/systemd/generator.late`,
    undo: "each goes back to its place",
  };
}
