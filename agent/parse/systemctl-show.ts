import type { ExecCommand, UnitProperties } from "../model/unit.ts";
import { parseExecCommand } from "./exec-command.ts";
import { wholeNumber } from "./whole-number.ts";

/** The properties that `parseSystemctlShow` reads, for `systemctl show --property`. */
export const shownProperties: readonly string[] = [
  "Id",
  "Names",
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "UnitFileState",
  "FragmentPath",
  "SourcePath",
  "DropInPaths",
  "NeedDaemonReload",
  "Job",
  "InvocationID",
  "ControlGroup",
  "TriggeredBy",
  "BoundBy",
  "Type",
  "GuessMainPID",
  "PIDFile",
  "KillMode",
  "KillSignal",
  "SendSIGKILL",
  "MainPID",
  "ControlPID",
  "NRestarts",
  "RemainAfterExit",
  "Restart",
  "RootDirectory",
  "RootImage",
  "RuntimeDirectory",
  "RuntimeDirectoryPreserve",
  "ExecStart",
  "ExecStop",
  "TimeoutStopUSec",
  "StateChangeTimestampMonotonic",
];

/**
 * Reads what `systemctl show` prints for several units: blocks of `Name=value` with an empty
 * line between them, in the order in which the units were asked for. Lines that are no
 * property are passed over. A property with one value that is there twice with different
 * values is left out: a line break in a command can forge a second one.
 */
export function parseSystemctlShow(text: string): readonly UnitProperties[] {
  const blocks = text.split(/\n\n+/).filter((block) => block.trim() !== "");
  return blocks.map((block) => propertiesOf(valuesOf(block)));
}

type Values = ReadonlyMap<string, readonly string[]>;

function valuesOf(block: string): Values {
  const values = new Map<string, string[]>();
  for (const line of block.split("\n")) {
    const [, name, value] = /^([A-Za-z]\w*)=([^]*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}

function propertiesOf(values: Values): UnitProperties {
  const text = (name: string): string | undefined => {
    const [first, ...others] = values.get(name) ?? [];
    return first === "" || others.some((other) => other !== first) ? undefined : first;
  };
  const changedUs = wholeNumber(text("StateChangeTimestampMonotonic"));
  return {
    names: words(text("Names")),
    loadState: text("LoadState"),
    activeState: text("ActiveState"),
    subState: text("SubState"),
    result: text("Result"),
    unitFileState: text("UnitFileState"),
    fragmentPath: text("FragmentPath"),
    sourcePath: text("SourcePath"),
    needDaemonReload: yesOrNo(text("NeedDaemonReload")),
    job: wholeNumber(text("Job")),
    controlGroup: text("ControlGroup"),
    triggeredBy: words(text("TriggeredBy")),
    serviceType: text("Type"),
    guessMainPid: yesOrNo(text("GuessMainPID")),
    pidFile: text("PIDFile"),
    killMode: text("KillMode"),
    mainPid: wholeNumber(text("MainPID")),
    rootDirectory: text("RootDirectory"),
    rootImage: text("RootImage"),
    execStart: commands(values.get("ExecStart") ?? []),
    // 0: never
    stateChangedMonotonicMs:
      changedUs === undefined || changedUs === 0 ? undefined : changedUs / 1_000,
    shown: Object.fromEntries([...values].map(([name, [first = ""]]) => [name, first])),
  };
}

function words(value: string | undefined): readonly string[] {
  return value === undefined ? [] : value.split(" ");
}

function yesOrNo(value: string | undefined): boolean | undefined {
  if (value === "yes") return true;
  return value === "no" ? false : undefined;
}

function commands(values: readonly string[]): readonly ExecCommand[] | undefined {
  const read = values.map(parseExecCommand).filter((command) => command !== undefined);
  return read.length === values.length ? read : undefined;
}
