import { counted } from "../model/counted.ts";

/**
 * How an attempt ended, in one line: the sentences in their order, the cause first, and each fact
 * once. A sentence that another one contains is left out.
 */
export function endingText(sentences: readonly string[]): string {
  const whole = [...new Set(sentences)];
  return whole
    .filter((one) => !whole.some((other) => other !== one && other.includes(one)))
    .join("; ");
}

/** What became of the workers and of what else was below the master. */
export function workersText(asked: number, killed: readonly number[], left: number): string {
  const had = asked === 0 ? "nobody had SIGTERM" : `${counted(asked, "worker")} had SIGTERM`;
  const finished = asked > 0 && killed.length === 0 && left === 0 ? " and finished" : "";
  const pids = `pid${killed.length === 1 ? "" : "s"} ${killed.join(", ")}`;
  const kills = killed.length === 0 ? "nobody needed SIGKILL" : `${pids} needed SIGKILL`;
  const still = left === 0 ? "" : `; still there: ${left}`;
  return `${had}${finished}; ${kills}${still}`;
}
