import type { CutoverTarget } from "../model/cutover.ts";
import type { CutoverStep } from "../model/cutover-plan.ts";
import { octalMode } from "../model/file-mode.ts";
import { shellWord, shellWords, writeFile } from "./audit-shell.ts";
import type { StepParts } from "./cutover-step-parts.ts";

function fileCommands({
  path,
  mode,
  text,
  secret,
}: CutoverTarget["files"][number]): readonly string[] {
  const lines = text.trimEnd().split("\n");
  const shown = secret ? lines.map((line) => line.replace(/=.*/, "=…")) : lines;
  return [
    ...writeFile(path, shown),
    ...(secret ? [`chmod ${octalMode(mode)} ${shellWord(path)}`] : []),
  ];
}

/** The backup, and the record that is written from then on. */
export function recordStep({ target: { backup, old } }: StepParts): CutoverStep {
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

/** Giving files to the account that writes them from now on; no step where there are none. */
export function ownershipSteps({
  target: { ownership: files },
}: StepParts): readonly CutoverStep[] {
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
  const rm = links.length === 0 ? [] : [`rm ${shellWords(links.map(({ path }) => path))}`];
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
      ...(enable.length === 0 ? [] : [`systemctl enable ${shellWords(enable)}`]),
      `systemctl cat ${shellWord(service.name)}`,
    ],
    check: `systemd has loaded /etc/systemd/system/${service.name}, and nothing from /run/systemd/generator.late`,
    undo: "each goes back to its place",
  };
}
