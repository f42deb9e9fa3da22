import { describe, expect, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, platform } from "../testbed/incident.ts";
import { statusOn } from "../testbed/installed-agent.ts";
import { longRequests, whileLoaded } from "../testbed/load.ts";
import { releases } from "../testbed/test-host.ts";
import { inodeAtPath } from "./expected-report.ts";
import {
  actingSettings,
  doneSteps,
  lastRecord,
  planOn,
  refusalsOn,
  remediateOn,
  untilEndingWorkers,
} from "./support-acting.ts";
import {
  expectLongAnswered,
  expectNoneFailed,
  expectNothingLeft,
  releaseLongRequests,
} from "./support-incident.ts";
import { goneOf, processesOn } from "./support-processes.ts";
import { groupPids, sysvPlatform } from "./sysv-platform.ts";
import { settledTruth } from "./truth.ts";

describe.concurrent.each(releases)("on %s", (release) => {
  test("workers whose master was killed finish their requests and end", async (context) => {
    const { host, truth: whole } = await sysvPlatform(context, release, { holdMib: 5 });
    await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(actingSettings()));
    const dead = await answering(host);
    const workers = groupPids(whole, dead).filter((pid) => pid !== dead);
    const before = await inodeAtPath(host);
    const long = await longRequests(host, 2);
    await host.run(["kill", "-KILL", `${dead}`]);
    await host.run(["systemctl", "restart", platform.unit]);
    // who connects to the old socket now may wait in vain
    await waitFor("another master to take the path", async () => {
      return (await inodeAtPath(host)) !== before;
    });
    const serving = await answering(host);
    const truth = await settledTruth(host, "one whole group", ({ masters }) => {
      return masters.length === 1 && masters[0]?.pid === serving;
    });
    const processes = await processesOn(host);
    const incident = {
      host,
      stale: dead,
      serving,
      truth,
      long,
      processes,
      file: await inodeAtPath(host),
    };
    // nothing that one look tells says how long a group has been without its master
    await waitFor(
      "that alone to speak against it",
      async () => (await refusalsOn(host)).join() === "not-confirmed",
      40_000,
    );
    expect((await planOn(host)).plans).toMatchObject([{ role: "orphaned", master: null }]);

    const { load, worked: ran } = await whileLoaded(host, async () => {
      const acting = remediateOn(host);
      await untilEndingWorkers(host);
      await releaseLongRequests(incident, workers);
      return await acting;
    });
    expect(ran).toMatchObject({ exitCode: 0 });
    expectNoneFailed(load, serving);
    await expectLongAnswered(incident);
    await expectNothingLeft(host, incident.file);
    const gone = (await goneOf(host, processes)).map(({ pid }) => pid);
    expect(gone).toEqual(processes.map(({ pid }) => pid).filter((pid) => workers.includes(pid)));
    const record = await lastRecord(host);
    expect(record).toMatchObject({ outcome: "ended", plan: { role: "orphaned" } });
    expect(doneSteps(record)).toContain("end-workers");
    expect((await statusOn(host)).verdict).toBe("one-master");
  });
});
