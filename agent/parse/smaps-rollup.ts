import type { GroupMemory } from "../model/memory.ts";
import { wholeNumber } from "./whole-number.ts";

/**
 * Memory of one process from /proc/PID/smaps_rollup (Linux 4.14), kB turned into bytes.
 * Undefined when a needed line is missing, as Pss_Anon and Pss_Shmem are before Linux 5.4:
 * without them nobody can tell what ending the process would give back. SwapPss may be
 * missing (kernels without swap) only where nothing is swapped.
 */
export function parseSmapsRollup(text: string): GroupMemory | undefined {
  const rss = bytesOf(text, "Rss");
  const pss = bytesOf(text, "Pss");
  const pssAnon = bytesOf(text, "Pss_Anon");
  const pssShmem = bytesOf(text, "Pss_Shmem");
  const privateClean = bytesOf(text, "Private_Clean");
  const privateDirty = bytesOf(text, "Private_Dirty");
  const privateHugetlb = bytesOf(text, "Private_Hugetlb");
  const swap = swappedBytes(text);
  if (
    rss === undefined ||
    pss === undefined ||
    pssAnon === undefined ||
    pssShmem === undefined ||
    privateClean === undefined ||
    privateDirty === undefined ||
    privateHugetlb === undefined ||
    swap === undefined
  ) {
    return undefined;
  }
  return {
    rssBytes: rss,
    pssBytes: pss,
    ussBytes: privateClean + privateDirty + privateHugetlb,
    swapBytes: swap,
    reclaimableBytes: pssAnon + pssShmem + swap,
  };
}

function swappedBytes(text: string): number | undefined {
  if (hasLine(text, "SwapPss")) return bytesOf(text, "SwapPss");
  if (!hasLine(text, "Swap")) return 0;
  return bytesOf(text, "Swap") === 0 ? 0 : undefined;
}

function hasLine(text: string, key: string): boolean {
  return `\n${text}`.includes(`\n${key}:`);
}

function bytesOf(text: string, key: string): number | undefined {
  const value = new RegExp(`(?:^|\\n)${key}: +(\\d{1,12}) kB(?:\\n|$)`).exec(text)?.[1];
  const kilobytes = wholeNumber(value);
  return kilobytes === undefined ? undefined : kilobytes * 1024;
}
