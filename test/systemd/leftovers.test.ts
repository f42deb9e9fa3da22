import { describe, expect, test, type TestContext } from "vitest";
import type { PidfileReport } from "../../agent/model/report.ts";
import { group, type Seen, seen } from "../support/seen.ts";
import { platform } from "../testbed/incident.ts";
import { statusOn } from "../testbed/installed-agent.ts";
import { type Release, releases, type TestHost } from "../testbed/test-host.ts";
import { inodeAtPath, sysvUnit } from "./expected-report.ts";
import {
  groupPids,
  lookOn,
  namedInJournal,
  onlySocket,
  sysvPlatform,
  unitProperties,
} from "./sysv-platform.ts";
import { seenIn, settledTruth, type Truth, truthOf } from "./truth.ts";
import { waitFor } from "../support/wait.ts";

describe.each(releases)("`systemctl stop` of the SysV unit on %s", (release) => {
  test("with its pidfile leaves nothing, and the next start is alone", async (context) => {
    const { host } = await configuredPlatform(context, release);
    await host.run(["systemctl", "stop", platform.unit]);
    const stopped = await settledTruth(host, "the platform to end", count(0));
    expect(await lookOn(host)).toEqual(seenIn(stopped));
    expect(seenIn(stopped)).toEqual(seen("no-master", [], { evidence: "none" }));
    expect(await unitState(host)).toBe("inactive");
    expect(await unitAndPidfile(host)).toEqual({ unit: null, pidfile: pidfile(null, "missing") });

    await host.run(["systemctl", "start", platform.unit]);
    const started = await settledTruth(host, "one whole group", count(1));
    expect(seenIn(started).verdict).toBe("one-master");
    expect(await lookOn(host)).toEqual(seenIn(started));
    expect((await namedInJournal(host)).leftOver).toEqual([]);
  });

  test("without its pidfile leaves all serving, and the next start adds to it", async (context) => {
    const { host, truth: before } = await configuredPlatform(context, release);
    const old = ownerOf(before);
    const members = groupPids(before, old);
    await host.run(["rm", platform.pidfile]);
    await host.run(["systemctl", "stop", platform.unit]);
    expect(await unitState(host)).toBe("inactive");
    expect(await truthOf(host)).toEqual(before);
    expect(await host.run(askNginx)).toBe("200");
    expect(await lookOn(host)).toEqual(seen("one-master", [group("serving", idsOf(before, old))]));
    // the unit is inactive, but its cgroup is where they still are
    expect(await unitAndPidfile(host)).toEqual({
      unit: sysvUnit("inactive"),
      pidfile: pidfile(null, "missing"),
    });
    expect(await cgroupsOf(host, members)).toEqual(members.map(() => unitCgroup));
    expect(await namedInJournal(host)).toEqual({ remaining: members, leftOver: [] });

    await host.run(["systemctl", "start", platform.unit]);
    const after = await settledTruth(host, "two whole groups", count(2));
    const serving = ownerOf(after);
    expect(await lookOn(host)).toEqual(
      seen("duplicate", [
        group("serving", idsOf(after, serving)),
        group("stale", idsOf(before, old)),
      ]),
    );
    expect(seenIn(after)).toEqual(await lookOn(host));
    expect(await unitAndPidfile(host)).toEqual({
      unit: sysvUnit("active"),
      pidfile: pidfile(serving, "serving"),
    });
    expect(await namedInJournal(host)).toEqual({ remaining: members, leftOver: members });
  });

  test("after its master was killed leaves the workers", async (context) => {
    const { host, truth: before } = await configuredPlatform(context, release);
    const old = ownerOf(before);
    const workers = groupPids(before, old).filter((pid) => pid !== old);
    await host.run(["kill", "-KILL", `${old}`]);
    await waitFor("the master to be gone", async () => {
      return (await host.attempt(["test", "-e", `/proc/${old}`])).exitCode === 1;
    });
    await host.run(["systemctl", "stop", platform.unit]);
    expect(await unitState(host)).toBe("inactive");
    // not asked of the truth: its connection is one that would make a worker leave
    const orphaned = group("orphaned", { master: null, workers: workers.map(idOf) });
    const left: Seen = seen("orphaned-workers", [orphaned]);
    expect(await lookOn(host)).toEqual(left);
    // no master is left to be asked for the unit: its workers are in its cgroup still
    expect(await unitAndPidfile(host)).toEqual({
      unit: sysvUnit("inactive"),
      pidfile: pidfile(old, "dead"),
    });
    expect(await namedInJournal(host)).toEqual({ remaining: workers, leftOver: [] });

    const file = await inodeAtPath(host);
    await host.run(["systemctl", "start", platform.unit]);
    await waitFor("the new master to take the path", async () => {
      return (await inodeAtPath(host)) !== file;
    });
    const after = await settledTruth(host, "one whole group", count(1));
    const serving = ownerOf(after);
    expect(after.orphans).toEqual([workers]);
    expect(await lookOn(host)).toEqual(
      seen("orphaned-workers", [group("serving", idsOf(after, serving)), orphaned]),
    );
    expect(seenIn(after)).toEqual(await lookOn(host));
    expect(await unitAndPidfile(host)).toEqual({
      unit: sysvUnit("active"),
      pidfile: pidfile(serving, "serving"),
    });
    expect(await namedInJournal(host)).toEqual({ remaining: workers, leftOver: workers });
  });
});

const askNginx = "curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1/";
const unitCgroup = `0::/system.slice/${platform.unit}`;

/** The platform, and settings for `onemaster` that name its pidfile. */
async function configuredPlatform(
  context: TestContext,
  release: Release,
): ReturnType<typeof sysvPlatform> {
  // a worker looks for its master at a request, or after half of this: never by chance here
  const gunicornOptions = "--timeout 3600";
  const started = await sysvPlatform(context, release, { holdMib: 0, gunicornOptions });
  const sockets = [{ path: platform.socket, pidfile: platform.pidfile }];
  // JSON is YAML
  await started.host.write("/etc/onemaster/onemaster.yml", JSON.stringify({ sockets }));
  return started;
}

async function unitState(host: TestHost): Promise<string | undefined> {
  const [unit] = await unitProperties(host, [platform.unit], ["ActiveState"]);
  return unit?.["ActiveState"];
}

async function unitAndPidfile(host: TestHost): Promise<object> {
  const { unit, pidfile: named } = onlySocket(await statusOn(host));
  return { unit, pidfile: named };
}

function pidfile(pid: number | null, names: PidfileReport["names"]): PidfileReport {
  return { path: platform.pidfile, pid, names };
}

async function cgroupsOf(host: TestHost, pids: readonly number[]): Promise<readonly string[]> {
  const files = pids.map((pid) => `/proc/${pid}/cgroup`);
  const lines = await host.run(["grep", "--no-filename", "^0::", ...files]);
  return lines.trimEnd().split("\n");
}

function ownerOf({ owner }: Truth): number {
  if (owner === null) {
    throw new Error("nobody owns the path");
  }
  return owner;
}

function idsOf(truth: Truth, master: number): Parameters<typeof group>[1] {
  const workers = groupPids(truth, master).filter((pid) => pid !== master);
  return { master: idOf(master), workers: workers.map(idOf) };
}

/** Pids are compared, start times are not. */
function idOf(pid: number): { readonly pid: number; readonly startTicks: number } {
  return { pid, startTicks: 0 };
}

function count(masters: number): (truth: Truth) => boolean {
  return (truth) => truth.masters.length === masters;
}
