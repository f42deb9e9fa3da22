import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** True while `pid` runs; a zombie has ended. */
export function alive(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat[stat.lastIndexOf(")") + 2] !== "Z";
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return false;
    throw error;
  }
}

/** Pids of the living children of `pid`; none when it is gone. */
export function childrenOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    return text.split(" ").filter(Boolean).map(Number).filter(alive);
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return [];
    throw error;
  }
}

/** Asks `look` every few milliseconds until it says something else than undefined. Throws after `withinMs`. */
export async function until(what, look, { withinMs = 20_000, everyMs = 5 } = {}) {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > endMs) throw new Error(`waited ${withinMs} ms for ${what}`);
    await sleep(everyMs);
  }
}

/** True, or undefined for `until`. */
export function when(condition) {
  return condition ? true : undefined;
}

/** Sends a signal to a process of ours; one that is gone already needs none. */
export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
