import { wholeNumber } from "./whole-number.ts";

/**
 * AnonPages + Shmem + (SwapTotal - SwapFree) of proc_meminfo(5), in bytes: what processes have
 * taken and the kernel cannot drop. Undefined when one of the lines is missing or odd.
 */
export function parseUsedMemory(text: string): number | undefined {
  const anonymous = bytesOf(text, "AnonPages");
  const shared = bytesOf(text, "Shmem");
  const swap = bytesOf(text, "SwapTotal");
  const swapFree = bytesOf(text, "SwapFree");
  if (
    anonymous === undefined ||
    shared === undefined ||
    swap === undefined ||
    swapFree === undefined
  ) {
    return undefined;
  }
  return anonymous + shared + swap - swapFree;
}

function bytesOf(text: string, key: string): number | undefined {
  const value = new RegExp(`(?:^|\\n)${key}: +(\\d{1,12}) kB(?:\\n|$)`).exec(text)?.[1];
  const kilobytes = wholeNumber(value);
  return kilobytes === undefined ? undefined : kilobytes * 1024;
}
