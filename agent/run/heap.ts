import { setFlagsFromString } from "node:v8";

/** Keeps garbage from lying about. */
export interface Heap {
  /** To be called after each scan; collects garbage now and again. */
  scanned(): void;
}

const EVERY_MS = 600_000;
const EVERY_SCANS = 100;
/** By then all of the code has run that an ordinary scan and scrape need. */
const FIRST_SCANS = 10;

/**
 * Tells V8 that this process would rather stay small than become fast; to be called before
 * the agent's code is loaded, which would grow the heap already. With its own rules V8 lets
 * garbage lie until the heap has tripled, and keeps machine code of hot functions: after 300
 * scrapes 28.0 MB anonymous, where these settings give 14.3 at no more CPU (Node 20.20).
 *
 * No optimizing compiler: what a scan does is system calls. Whole pages go back to the system
 * after a collection. That young objects get no more room was told when the program began.
 * Node 20 to 26 know all these flags; one that does not says so on stderr and goes on.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--no-opt");
  setFlagsFromString("--no-sparkplug");
  setFlagsFromString("--compact-on-every-full-gc");
  setFlagsFromString("--expose-gc");
}

/**
 * Collects garbage every 100 scans, and every ten minutes where nobody asks; it takes some 8 ms.
 * The first time after ten: what the start leaves, 4 to 5 MB, V8 collects by itself only when
 * nothing happens for eight seconds, and with a larger program not even then. That time the
 * bytecode goes as well, half of which only the start has needed; the other half, compiled again
 * at its next call, costs less than a scan.
 */
export function createHeap(monotonicMs: () => number): Heap {
  // loaded here: an import is hoisted to the start of every command
  const { runInNewContext } = process.getBuiltinModule("node:vm");
  const collect: unknown = runInNewContext("typeof gc === 'function' ? gc : undefined");
  let scans = EVERY_SCANS - FIRST_SCANS;
  let collectedMs = monotonicMs();
  let first = true;
  return {
    scanned() {
      scans += 1;
      if (typeof collect !== "function") return; // not lent out: V8 collects by itself
      if (scans < EVERY_SCANS && monotonicMs() - collectedMs < EVERY_MS) return;
      // by itself V8 drops bytecode that six collections have found unused
      if (first) setFlagsFromString("--stress-flush-code");
      collect();
      if (first) setFlagsFromString("--no-stress-flush-code");
      first = false;
      scans = 0;
      collectedMs = monotonicMs();
    },
  };
}
