import { expect, it } from "vitest";
import { parseUsedMemory } from "../../../agent/parse/meminfo.ts";

// lines as recorded on a host with swap
const text = `MemTotal:        2030748 kB
MemFree:          221100 kB
MemAvailable:    1433884 kB
SwapCached:         1024 kB
SwapTotal:       1048572 kB
SwapFree:        1000000 kB
AnonPages:        371512 kB
Mapped:            61432 kB
Shmem:              8924 kB
ShmemHugePages:        0 kB
`;

it("adds up what processes have taken", () => {
  expect(parseUsedMemory(text)).toBe((371_512 + 8_924 + 48_572) * 1024);
});

it("reads a host without swap", () => {
  const none = text.replace("1048572", "0").replace("1000000", "0");
  expect(parseUsedMemory(none)).toBe((371_512 + 8_924) * 1024);
});

it.each(["AnonPages", "Shmem", "SwapTotal", "SwapFree"])("refuses a text without %s", (key) => {
  expect(parseUsedMemory(text.replace(`${key}:`, `X${key}:`))).toBeUndefined();
  expect(parseUsedMemory(text.replace(new RegExp(`(${key}: +)\\d+`), "$1-1"))).toBeUndefined();
});
