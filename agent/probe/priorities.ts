import type { Priorities } from "../model/cutover-facts.ts";
import { parseNice, parseOomScoreAdjust } from "../parse/priorities.ts";
import type { Files } from "./files.ts";
import type { ProcPaths } from "./paths.ts";

/** The priorities of a process; what of them cannot be read is undefined, and `files` counts it. */
export function readPriorities(pid: number, proc: ProcPaths, files: Files): Priorities {
  const stat = files.text(proc.of(pid, "stat"));
  const adjust = files.text(proc.of(pid, "oom_score_adj"));
  return {
    nice: stat.ok ? parseNice(stat.value) : undefined,
    oomScoreAdjust: adjust.ok ? parseOomScoreAdjust(adjust.value) : undefined,
  };
}
