import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import {
  incidentFolder,
  readIncidents,
  removeUnfinished,
} from "../../agent/history/incident-files.ts";
import { testFolder } from "../support/folder.ts";

const writer = new URL("writes-incidents.mjs", import.meta.url).pathname;

test("an agent killed at any moment of a write leaves whole incidents and no others", async () => {
  const folder = testFolder();
  let unfinished = 0;
  // until one of the kills has hit a write: else nothing was tried
  for (let round = 0; round < 12 || unfinished === 0; round += 1) {
    const child = spawn(process.execPath, [writer, folder.path], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    // somewhere else in its cycle of about 2 ms each time
    await pause((round % 12) * 1.7);
    child.kill("SIGKILL");
    await once(child, "exit");
    const { records, unread } = await readIncidents(folder.path);
    expect(unread).toEqual([]);
    expect(records.length).toBeGreaterThan(0);
    for (const { journal } of records) {
      expect(new Set(journal.map(({ text }) => text)).size).toBe(1);
      expect(journal).toHaveLength(200);
    }
    unfinished += readdirSync(incidentFolder(folder.path)).filter((name) =>
      name.startsWith("."),
    ).length;
    await removeUnfinished(folder.path);
  }
  expect(readdirSync(incidentFolder(folder.path)).filter((name) => name.startsWith("."))).toEqual(
    [],
  );
});
