import { signalRoleOf } from "../model/signals.ts";
import type { PidfileFacts } from "../model/unit.ts";
import { commandText, parseCmdline } from "../parse/cmdline.ts";
import { parsePidfile } from "../parse/pidfile.ts";
import { parseProcStat } from "../parse/proc-stat.ts";
import { type Files, pathBytes } from "./files.ts";
import type { ProcPaths } from "./paths.ts";
import type { SlowFiles } from "./slow-files.ts";

/** A pid and some white space; what is longer is none. */
const LONGEST_PIDFILE_BYTES = 4_096;
const MS_PER_TICK = 10;

/** Reads a pidfile, when it was written, and what the process is that it names. */
export async function readPidfileFacts(
  path: string,
  bootTimeMs: number,
  { proc, files, slow }: { proc: ProcPaths; files: Files; slow: SlowFiles },
): Promise<PidfileFacts> {
  const nobody = { path, pid: undefined, writtenAtMs: undefined, process: undefined };
  const read = files.regular(pathBytes(path), LONGEST_PIDFILE_BYTES);
  if (!read.ok) {
    return { ...nobody, problem: read.failure.kind === "gone" ? "missing" : "unreadable" };
  }
  const written = files.stat(pathBytes(path));
  const writtenAtMs = written.ok ? written.value.mtimeMs : undefined;
  const content = parsePidfile(read.value);
  if (content.kind !== "pid") return { ...nobody, writtenAtMs, problem: content.kind };
  const { pid } = content;
  const named = { path, problem: undefined, pid, writtenAtMs };
  const stat = files.parsed(proc.of(pid, "stat"), parseProcStat);
  if (!stat.ok || stat.value.state === "Z" || stat.value.state === "X") {
    return { ...named, process: undefined };
  }
  const cmdline = await slow.bytes(proc.of(pid, "cmdline"));
  const command = commandText(cmdline.ok ? parseCmdline(cmdline.value) : [], stat.value.comm);
  const startedAtMs = bootTimeMs + stat.value.startTicks * MS_PER_TICK;
  const signalRole = signalRoleOf(stat.value.caughtSignals);
  return { ...named, process: { signalRole, command, startedAtMs } };
}
