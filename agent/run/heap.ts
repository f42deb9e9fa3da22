import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Keeps garbage from lying about. */
export interface Heap {
  /** To be called after each scan; collects garbage now and again. */
  scanned(): void;
}

const EVERY_MS = 60_000;
const EVERY_SCANS = 200;

/**
 * Tells V8 that this process would rather stay small than become fast. With its own rules it
 * lets garbage lie until the heap has tripled, and keeps machine code of hot functions: after
 * 300 scrapes 28.0 MB anonymous, where these settings give 16.8 at no more CPU (Node 20.20).
 *
 * No optimizing compiler: what a scan does is system calls. No growth of the space for young
 * objects beyond its first megabyte. A full collection after the first scan, which leaves most
 * garbage, then once a minute or every 200 scans; it takes some 8 ms. A V8 that does not know
 * one of the flags ignores it.
 */
export function keepHeapSmall(monotonicMs: () => number): Heap {
  setFlagsFromString("--no-opt");
  setFlagsFromString("--no-sparkplug");
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  let scans = EVERY_SCANS;
  let collectedMs = monotonicMs();
  return {
    scanned() {
      scans += 1;
      if (typeof collect !== "function") return; // a V8 that does not lend it out collects by itself
      if (scans < EVERY_SCANS && monotonicMs() - collectedMs < EVERY_MS) return;
      collect();
      scans = 0;
      collectedMs = monotonicMs();
    },
  };
}
