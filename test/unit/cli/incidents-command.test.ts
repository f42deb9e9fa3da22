import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { writeIncident } from "../../../agent/history/incident-files.ts";
import type { IncidentRecord } from "../../../agent/model/incident-record.ts";
import { writeRemediation } from "../../../agent/history/remediation-files.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { incident } from "../history/incidents.ts";
import { socket } from "../run/reports.ts";
import { run } from "./fake-surroundings.ts";
import { plan, record, step, unfinished } from "./remediations.ts";

const open = incident("20261122T132000Z");
const closed: IncidentRecord = {
  ...incident("20261120T080000Z"),
  state: "closed",
  closedAt: "2026-11-20T08:12:30.000Z",
  ending: "the socket is one-master: master 68 serving",
  reports: { ...open.reports, closed: socket() },
  cause: {
    trigger: "manual-restart",
    by: "joe",
    unit: "platform.service",
    stoppedAt: "2026-11-20T07:59:58.000Z",
    survivors: [49, 50, 51],
    secondStartedAt: "2026-11-20T08:00:00.000Z",
    secondPid: 68,
    evidence: [
      {
        at: "2026-11-20T07:59:57.900Z",
        text: "joe ran /usr/bin/systemctl restart platform",
        source: "journal",
      },
    ],
  },
  unitProperties: { KillMode: "process", MainPID: "0" },
  journal: [{ at: "2026-11-20T07:59:58.000Z", text: "Unit process 49 (gunicorn) remains running" }],
};
const elsewhere = { ...incident("20261121T000000Z"), socket: "/run/other.sock" };

let config = "";
let folder = "";
beforeEach(() => {
  folder = temporaryFolder("incidents");
  config = join(folder, "onemaster.yml");
  writeFileSync(config, `state_dir: ${folder}/state\n`);
});

async function write(...records: readonly IncidentRecord[]): Promise<void> {
  for (const one of records) await writeIncident(join(folder, "state"), one);
}

function incidents(...words: readonly string[]) {
  return run(["incidents", ...words, "--config", config]);
}

describe("incidents", () => {
  it("says that there is none, and where it looked", async () => {
    expect(await incidents()).toMatchObject({
      exitCode: 0,
      stdout: `no incident is recorded in ${folder}/state/incidents\n`,
      stderr: "",
    });
  });

  it("lists them, newest first", async () => {
    await write(closed, open);
    const { exitCode, stdout } = await incidents();
    expect(exitCode).toBe(0);
    expect(stdout.replace(/open, .*/, "open, AGE"))
      .toBe(`2 incidents since 2026-11-20 08:00:00 UTC, 1 open

20261122T132000Z-duplicate-0a1b2c  open, AGE
  duplicate on /run/app/app.sock since 2026-11-22 13:20:00 UTC
20261120T080000Z-duplicate-0a1b2c  lasted 12m 30s
  duplicate on /run/app/app.sock since 2026-11-20 08:00:00 UTC; trigger:
  manual-restart
`);
  });

  it("lists those of one socket, for programs", async () => {
    await write(closed, elsewhere);
    const { stdout } = await incidents("--json", "--socket", "/run/other.sock");
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      incidents: [
        {
          id: elsewhere.id,
          state: "open",
          socket: "/run/other.sock",
          kind: "duplicate",
          since: "2026-11-21T00:00:00.000Z",
          confirmedAt: "2026-11-21T00:00:00.000Z",
          closedAt: null,
          ending: null,
          trigger: null,
        },
      ],
    });
  });

  it("tells on stderr what it left out", async () => {
    await write(closed);
    const broken = join(folder, "state/incidents/20261123T000000Z-duplicate-000000.json");
    writeFileSync(broken, "{}");
    const { exitCode, stdout, stderr } = await incidents();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^1 incident since/);
    expect(stderr).toBe(`onemaster: ${broken} is left out: not an incident of schema 1\n`);
  });

  it("fails where the folder cannot be read", async () => {
    writeFileSync(join(folder, "state"), "a file");
    const { exitCode, stderr } = await incidents();
    expect(exitCode).toBe(70);
    expect(stderr).toMatch(/state\/incidents cannot be read: ENOTDIR/);
  });
});

describe("incidents show", () => {
  it("tells everything of one", async () => {
    await write(closed);
    const { exitCode, stdout } = await incidents("show", "last");
    expect(exitCode).toBe(0);
    await expect(stdout).toMatchFileSnapshot("./incident-closed.txt");
  });

  it("tells of one that is open what is known", async () => {
    await write(open);
    const { stdout } = await incidents("show", "20261122");
    await expect(stdout.replace(/open, .*/, "open, AGE")).toMatchFileSnapshot(
      "./incident-open.txt",
    );
  });

  it.each(["before", "after"])("prints the record with --json %s the id", async (where) => {
    await write(closed, open);
    const words =
      where === "before" ? ["show", "--json", closed.id] : ["show", closed.id, "--json"];
    expect(JSON.parse((await incidents(...words)).stdout)).toEqual({ ...closed, remediations: [] });
  });

  it.each([
    ["2025", 'no incident begins with "2025"; the newest is 20261122T132000Z-duplicate-0a1b2c'],
    [
      "202611",
      '"202611" begins the names of 2 incidents: 20261122T132000Z-duplicate-0a1b2c, 20261120T080000Z-duplicate-0a1b2c',
    ],
  ])("refuses %s", async (id, message) => {
    await write(closed, open);
    const { exitCode, stdout, stderr } = await incidents("show", id);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("says that none is recorded", async () => {
    expect((await incidents("show", "last")).stderr).toContain("none is recorded");
  });
});

describe("incidents show, of one whose groups were to be ended", () => {
  const here = plan({ socket: open.socket });
  const putBack = record({
    plan: here,
    id: "20261122T131900Z-stale-49",
    by: "agent",
    outcome: "put-back",
    ending: "master 68 did not answer any more",
    rescueLink: null,
    steps: [step("stop-master", "failed", 2_004, "master 68 did not answer OPTIONS / within 2s")],
  });
  const ended = record({ plan: here });
  const another = { ...unfinished, id: "20261122T140000Z-stale-7" };

  beforeEach(async () => {
    await write(open);
    for (const one of [putBack, ended, another]) await writeRemediation(join(folder, "state"), one);
  });

  it("tells each attempt with every step", async () => {
    const { stdout, stderr } = await incidents("show", "last");
    expect(stderr).toBe("");
    await expect(stdout.replace(/open, .*/, "open, AGE")).toMatchFileSnapshot(
      "./incident-remediated.txt",
    );
  });

  it("gives their records to programs, and no other's", async () => {
    const { stdout } = await incidents("show", "last", "--json");
    expect(JSON.parse(stdout)).toEqual({ ...open, remediations: [putBack, ended] });
  });

  it("says which record it could not read", async () => {
    const broken = join(folder, "state/remediations/20261122T131500Z-stale-49.json");
    writeFileSync(broken, "{");
    const { exitCode, stderr } = await incidents("show", "last");
    expect(exitCode).toBe(0);
    expect(stderr).toContain(`onemaster: ${broken} is left out: `);
  });

  it("fails where the records cannot be read", async () => {
    rmSync(join(folder, "state/remediations"), { recursive: true });
    writeFileSync(join(folder, "state/remediations"), "a file");
    const { exitCode, stderr } = await incidents("show", "last");
    expect(exitCode).toBe(70);
    expect(stderr).toMatch(/state\/remediations cannot be read: ENOTDIR/);
  });
});
