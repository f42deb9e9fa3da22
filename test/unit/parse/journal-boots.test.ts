import { describe, expect, it } from "vitest";
import { parseBoots } from "../../../agent/parse/journal-boots.ts";

const bootId = "5b7d9af496ba41508f60a299fba26aa1";
const real = `[{"index":0,"boot_id":"${bootId}","first_entry":1795370940360207,"last_entry":1795370942168483}]\n`;

describe("the list of boots", () => {
  it("is read as journalctl prints it", () => {
    expect(parseBoots(real)).toEqual([
      { bootId, firstMs: 1_795_370_940_360, lastMs: 1_795_370_942_168 },
    ]);
    expect(parseBoots("[]")).toEqual([]);
  });

  it.each([
    ["text for people", "IDX BOOT ID FIRST ENTRY LAST ENTRY"],
    ["no list", "{}"],
    ["a list of something else", "[1]"],
    ["a list with null", "[null]"],
    ["a boot without an id", '[{"first_entry":1,"last_entry":2}]'],
    ["a boot without a begin", '[{"boot_id":"a","last_entry":2}]'],
    ["a boot without an end", '[{"boot_id":"a","first_entry":2}]'],
  ])("is not made up from %s", (_, text) => {
    expect(parseBoots(text)).toBeUndefined();
  });
});
