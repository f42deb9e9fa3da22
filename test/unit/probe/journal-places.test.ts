import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { journalPlaces } from "../../../agent/probe/journal-places.ts";
import { testFolder } from "../../support/folder.ts";

it("is the same for as long as the same folders stand there, with a file to write to", () => {
  const { path, at } = testFolder();
  let last = journalPlaces(path);
  const changes = (what: () => void, changed: boolean): void => {
    what();
    const now = journalPlaces(path);
    expect(now !== last).toBe(changed);
    last = now;
  };
  mkdirSync(at("etc"));
  changes(() => writeFileSync(at("etc/machine-id"), "f818\n"), false);
  const folder = at("var/log/journal/f818");
  changes(() => mkdirSync(folder, { recursive: true }), true);
  changes(() => writeFileSync(`${folder}/system.journal`, "a"), true);
  changes(() => writeFileSync(`${folder}/user-1000.journal`, "a"), false);
  // rotation
  changes(() => {
    renameSync(`${folder}/system.journal`, `${folder}/system@1.journal`);
    writeFileSync(`${folder}/system.journal`, "a");
  }, false);
  changes(() => rmSync(`${folder}/system.journal`), true);
  changes(() => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    writeFileSync(`${folder}/system.journal`, "a");
  }, true);
  changes(() => mkdirSync(at("run/log/journal/f818"), { recursive: true }), true);
});
