import { linkSync, unlinkSync } from "node:fs";
import { basename } from "node:path";
import type { Done, Hands } from "../model/acting.ts";
import { pathProblem } from "../model/plain-path.ts";
import { doneOf } from "./call-failure.ts";

/** PID_MAX_LIMIT of the kernel on 64 bits. */
const LARGEST_PID = 4_194_304;

/**
 * Hands on this host. `signal` refuses whatever is no pid, 1, this process and its parent;
 * `link` and `unlink` refuse paths that are not plain (see `pathProblem`), and `unlink` removes
 * nothing but second names, `.NAME.onemaster-PID`: never a socket at its own path.
 */
export function createHands(): Hands {
  return {
    signal(pid, signal) {
      const problem = pidProblem(pid);
      if (problem !== undefined) return refused(problem);
      return attempt(() => process.kill(pid, signal));
    },
    link(existing, added) {
      const problem = pathProblem(existing) ?? pathProblem(added);
      if (problem !== undefined) return refused(problem);
      return attempt(() => linkSync(existing, added));
    },
    unlink(path) {
      const problem = pathProblem(path) ?? secondNameProblem(path);
      if (problem !== undefined) return refused(problem);
      return attempt(() => unlinkSync(path));
    },
  };
}

/** 0 and negative numbers are process groups for kill(2), and -1 is everybody. */
function pidProblem(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid < 1 || pid > LARGEST_PID) return `${pid} is no pid`;
  if (pid === 1) return "pid 1 is never signalled";
  if (pid === process.pid) return `pid ${pid} is the agent itself`;
  if (pid === process.ppid) return `pid ${pid} is the agent's own parent`;
  return undefined;
}

function secondNameProblem(path: string): string | undefined {
  if (/^\..+\.onemaster-\d+$/.test(basename(path))) return undefined;
  return `${path} is no second name that onemaster made`;
}

function refused(problem: string): Done {
  return { kind: "failed", why: `refused: ${problem}` };
}

function attempt(call: () => unknown): Done {
  try {
    call();
    return { kind: "done" };
  } catch (error) {
    return doneOf(error);
  }
}
