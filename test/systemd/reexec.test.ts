import { describe, expect, test } from "vitest";
import type { Report } from "../../agent/model/report.ts";
import { waitFor } from "../support/wait.ts";
import { makeDuplicate, platform } from "../testbed/incident.ts";
import { reportOf, startAgentService } from "../testbed/installed-agent.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import { pageOf } from "./metrics-page.ts";
import { loggedBy, onlySocket, sysvPlatform, unitProperties, withoutGap } from "./sysv-platform.ts";
import { has, settledTruth, type Truth, truthOf } from "./truth.ts";

/** What apt's nightly run does to systemd, among others. */
const disturbances = [
  ["systemctl", "daemon-reload"],
  ["systemctl", "daemon-reexec"],
  ["systemctl", "restart", "systemd-journald.service"],
  // one after the other, as an upgrade of systemd does it
  ["sh", "-ec", "systemctl daemon-reexec; systemctl restart systemd-journald.service"],
] as const;

describe.each(releases)("on %s", (release) => {
  test("systemd and its journal start anew, and nothing changes", async (context) => {
    const { host } = await sysvPlatform(context, release, { holdMib: 0 });
    await startAgentService(host, {
      sockets: [{ path: platform.socket, pidfile: platform.pidfile }],
      scan: { interval: "1s", confirm_for: "1s" },
    });
    await expectUndisturbed(host, [{ level: 30, verdict: "one-master", confirmed: false }]);

    await makeDuplicate(host);
    await settledTruth(host, "two whole groups", has(2));
    await waitFor("the duplicate to be confirmed", async () => {
      return onlySocket(await reportOf(host)).confirmed;
    });
    await expectUndisturbed(host, [
      { level: 30, verdict: "one-master", confirmed: false },
      { level: 40, verdict: "duplicate", confirmed: false },
      { level: 40, verdict: "duplicate", confirmed: true },
    ]);
  });
});

/** All that must stay as it is. */
interface State {
  readonly truth: Truth;
  /** Without times and amounts of memory. */
  readonly report: unknown;
  readonly page: unknown;
  readonly units: unknown;
  readonly log: Awaited<ReturnType<typeof loggedBy>>;
}

async function expectUndisturbed(host: TestHost, changes: readonly object[]): Promise<void> {
  const before = await stateOf(host);
  expect(withoutGap(before.log.changes)).toEqual(changes);
  expect(before.units).toMatchObject([
    { Id: platform.unit, MainPID: "0", ActiveState: "active", KillMode: "process" },
    { Id: "onemaster.service", ActiveState: "active", NRestarts: "0" },
  ]);
  for (const command of disturbances) {
    await host.run(command);
    expect(await stateOf(host), `after ${command.join(" ")}`).toEqual(before);
  }
}

async function stateOf(host: TestHost): Promise<State> {
  return {
    truth: await truthOf(host),
    report: comparable(await reportOf(host)),
    page: await pageOf(host),
    units: await unitProperties(host, [platform.unit, "onemaster.service"], unitNames),
    log: await loggedBy(host),
  };
}

const unitNames = [
  "Id",
  "MainPID",
  "ActiveState",
  "SubState",
  "KillMode",
  "FragmentPath",
  "InvocationID",
  "NRestarts",
];

function comparable(report: Report): unknown {
  const changing = new Set(["takenAt", "host", "memory", "orphanMemory"]);
  return JSON.parse(
    JSON.stringify(report, (key, value: unknown) => (changing.has(key) ? undefined : value)),
  );
}
