import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  incidentFolder,
  type IncidentLimits,
  readIncidents,
  removeUnfinished,
  writeIncident,
} from "../../../agent/history/incident-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { incident } from "./incidents.ts";

const roomy: IncidentLimits = { count: 10, totalBytes: 2 ** 20, recordBytes: 2 ** 16 };

describe("the folder of incidents", () => {
  it("holds none before the first is written", async () => {
    expect(await readIncidents(temporaryFolder("state"))).toEqual({ records: [], unread: [] });
  });

  it("gives back what was written, oldest first, for its owner's group to read", async () => {
    const state = join(temporaryFolder("state"), "not", "there", "yet");
    const [older, newer] = [incident("20261101T000000Z"), incident("20261102T000000Z")];
    await writeIncident(state, newer);
    await writeIncident(state, older);
    expect(await readIncidents(state)).toEqual({ records: [older, newer], unread: [] });
    expect(readdirSync(incidentFolder(state))).toEqual([`${older.id}.json`, `${newer.id}.json`]);
    expect(statSync(incidentFolder(state)).mode & 0o777).toBe(0o750);
    expect(statSync(join(incidentFolder(state), `${older.id}.json`)).mode & 0o777).toBe(0o640);
  });

  it("holds the last state of one", async () => {
    const state = temporaryFolder("state");
    const record = incident("20261101T000000Z");
    await writeIncident(state, record);
    const closed = { ...record, state: "closed" as const, ending: "over" };
    await writeIncident(state, closed);
    expect(await readIncidents(state)).toEqual({ records: [closed], unread: [] });
  });

  it("tells what it cannot read, and gives the rest", async () => {
    const state = temporaryFolder("state");
    const record = incident("20261101T000000Z");
    await writeIncident(state, record);
    const folder = incidentFolder(state);
    writeFileSync(join(folder, "20261102T000000Z-duplicate-000000.json"), '{"schema": 1, "sta');
    writeFileSync(join(folder, "20261103T000000Z-duplicate-000000.json"), '{"schema": 2}');
    writeFileSync(join(folder, "20261104T000000Z-duplicate-000000.json"), "null");
    mkdirSync(join(folder, "20261105T000000Z-duplicate-000000.json"));
    writeFileSync(join(folder, "20261106T000000Z-duplicate-000000.json"), " ".repeat(2 ** 22));
    writeFileSync(join(folder, "notes.txt"), "of an operator");
    const { records, unread } = await readIncidents(state);
    expect(records).toEqual([record]);
    expect(
      unread.map(({ path, reason }) => [path.slice(folder.length + 7, folder.length + 9), reason]),
    ).toEqual([
      ["02", expect.stringMatching(/JSON/)],
      ["03", "not an incident of schema 1"],
      ["04", "not an incident of schema 1"],
      ["05", "EISDIR"],
      ["06", "too long to be an incident"],
    ]);
  });

  it("removes the oldest closed ones when there are too many, never an open one", async () => {
    const state = temporaryFolder("state");
    const limits = { ...roomy, count: 3 };
    const open = incident("20261101T000000Z");
    await writeIncident(state, open, limits);
    for (let day = 2; day <= 6; day += 1) {
      const record = incident(`2026110${day}T000000Z`);
      await writeIncident(state, { ...record, state: "closed" }, limits);
    }
    const { records } = await readIncidents(state);
    expect(records.map(({ id }) => id.slice(0, 8))).toEqual(["20261101", "20261105", "20261106"]);
  });

  it("stays within its bytes", async () => {
    const state = temporaryFolder("state");
    for (let day = 1; day <= 9; day += 1) {
      const record = { ...incident(`2026110${day}T000000Z`), state: "closed" as const };
      await writeIncident(state, record, { ...roomy, totalBytes: 20_000 });
    }
    const sizes = readdirSync(incidentFolder(state)).map(
      (name) => statSync(join(incidentFolder(state), name)).size,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(20_000);
    expect(sizes.length).toBeGreaterThan(1);
  });

  it("cuts the journal of a record that is too long, oldest entries first, then its story", async () => {
    const state = temporaryFolder("state");
    const moments = Array.from({ length: 500 }, (_, index) => ({
      at: `${index}`,
      text: "x".repeat(200),
    }));
    const record = { ...incident("20261101T000000Z"), journal: moments, timeline: moments };
    await writeIncident(state, record, { ...roomy, recordBytes: 32_768 });
    const [kept] = (await readIncidents(state)).records;
    expect(kept?.journal).toEqual([]);
    expect(kept?.timeline).toEqual(moments.slice(-(kept?.timeline.length ?? 0)));
    expect(kept?.timeline.length).toBeGreaterThan(50);
  });

  it("rejects where it cannot write, and leaves nothing half done", async () => {
    const state = temporaryFolder("state");
    writeFileSync(join(state, "incidents"), "a file in the way");
    await expect(writeIncident(state, incident("20261101T000000Z"))).rejects.toThrow(
      /EEXIST|ENOTDIR/,
    );
  });

  it("is rid of what a killed agent left in the middle of a write", async () => {
    const state = temporaryFolder("state");
    const record = incident("20261101T000000Z");
    await writeIncident(state, record);
    writeFileSync(join(incidentFolder(state), `.${record.id}.4711`), '{"schema": 1');
    await removeUnfinished(state);
    expect(readdirSync(incidentFolder(state))).toEqual([`${record.id}.json`]);
  });
});
