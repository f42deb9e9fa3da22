import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  createIncidentKeeper,
  type IncidentContext,
  type IncidentKeeper,
} from "../../../agent/run/incident-keeper.ts";
import type { Logger } from "../../../agent/run/logger.ts";
import { readIncidents, writeIncident } from "../../../agent/history/incident-files.ts";
import type { IncidentChange } from "../../../agent/model/incident.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { incident } from "../history/incidents.ts";
import { duplicate, path, report, socket } from "./reports.ts";

const nothingFound: IncidentContext = { cause: null, unitProperties: null, journal: [] };
const confirmed: IncidentChange = {
  change: "confirmed",
  socket: path,
  kind: "duplicate",
  sinceMs: 0,
  wasConfirmed: false,
};

function setUp(options: { stateDir?: string; lookInto?: () => Promise<IncidentContext> } = {}) {
  const folder = temporaryFolder("keeper");
  const stateDir = options.stateDir ?? folder;
  const lines: string[] = [];
  let failures = 0;
  const log = (_facts: object, message: string): void => void lines.push(message);
  const keeper = createIncidentKeeper({
    stateDir,
    bootId: "boot-1",
    logger: { info: log, warn: log, error: log } as unknown as Logger,
    lookInto: options.lookInto ?? (() => Promise.resolve(nothingFound)),
    failed: () => {
      failures += 1;
    },
  });
  return { folder, stateDir, keeper, lines, failures: () => failures };
}

async function stored(keeper: IncidentKeeper, stateDir: string) {
  await keeper.stop();
  return (await readIncidents(stateDir)).records;
}

describe("the keeper of incidents", () => {
  it("writes one when it is confirmed and once more when it is over, and logs both", async () => {
    const { keeper, stateDir, lines } = setUp();
    await keeper.start();
    keeper.scanned([confirmed], report([duplicate]));
    const [open] = await stored(keeper, stateDir);
    expect(open).toMatchObject({ state: "open", socket: path, kind: "duplicate" });
    keeper.scanned([], report([socket()]));
    const [closed, ...more] = await stored(keeper, stateDir);
    expect([closed?.state, closed?.ending, more]).toEqual([
      "closed",
      "the socket is one-master: master 68 serving",
      [],
    ]);
    expect(lines).toEqual([
      `incident ${open?.id} opened: duplicate on ${path}`,
      `incident ${open?.id} closed: the socket is one-master: master 68 serving`,
    ]);
  });

  it("adds what was found out about it, even when it is over by then", async () => {
    let found: (context: IncidentContext) => void = () => undefined;
    const search = new Promise<IncidentContext>((resolve) => {
      found = resolve;
    });
    const { keeper, stateDir } = setUp({ lookInto: () => search });
    await keeper.start();
    keeper.scanned([confirmed], report([duplicate]));
    keeper.scanned([], report([socket()]));
    await keeper.stop();
    found({ ...nothingFound, unitProperties: { KillMode: "process" } });
    await search;
    const [record] = await stored(keeper, stateDir);
    expect(record).toMatchObject({ state: "closed", unitProperties: { KillMode: "process" } });
  });

  it("keeps the incident when nothing can be found out, and says so", async () => {
    const failing = () => Promise.reject(new Error("no journal"));
    const { keeper, stateDir, lines } = setUp({ lookInto: failing });
    await keeper.start();
    keeper.scanned([confirmed], report([duplicate]));
    expect(await stored(keeper, stateDir)).toMatchObject([{ state: "open", cause: null }]);
    expect(lines.at(-1)).toBe("the cause of an incident was not found");
  });

  it("takes up what an earlier agent left open, without another record", async () => {
    const { keeper, stateDir, lines } = setUp();
    await writeIncident(stateDir, incident("20261122T132000Z"));
    await keeper.start();
    keeper.scanned([confirmed], report([duplicate]));
    expect(keeper.summaries().map(({ id, state }) => [id, state])).toEqual([
      ["20261122T132000Z-duplicate-0a1b2c", "open"],
    ]);
    expect(lines).toEqual([]);
    keeper.scanned([], report([socket()]));
    expect(await stored(keeper, stateDir)).toMatchObject([{ state: "closed" }]);
  });

  it("goes on without its directory, counts each failure, logs the reason once, and writes later", async () => {
    const { folder, keeper, lines, failures, stateDir } = setUp();
    const incidents = join(folder, "incidents");
    await keeper.start();
    writeFileSync(incidents, "in the way");
    keeper.scanned([confirmed], report([duplicate]));
    await keeper.stop();
    keeper.scanned([], report([duplicate]));
    await keeper.stop();
    expect(failures()).toBeGreaterThan(1);
    expect(lines.slice(1)).toEqual(["an incident could not be written, and is tried again"]);
    expect(keeper.summaries()).toMatchObject([{ state: "open" }]);
    rmSync(incidents);
    keeper.scanned([], report([duplicate]));
    expect(await stored(keeper, stateDir)).toMatchObject([{ state: "open" }]);
  });

  it("starts beside incidents it cannot read", async () => {
    const { folder, keeper, failures, lines } = setUp();
    await writeIncident(folder, incident("20261122T132000Z"));
    writeFileSync(join(folder, "incidents", "20261123T000000Z-duplicate-000000.json"), "{");
    chmodSync(join(folder, "incidents"), 0o750);
    await keeper.start();
    expect(failures()).toBe(1);
    expect(lines).toEqual([expect.stringContaining("an incident cannot be read")]);
    expect(keeper.summaries()).toHaveLength(1);
  });
});
