import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Report } from "../../agent/model/report.ts";
import { agentLog, reportOf, statusOn } from "../testbed/installed-agent.ts";
import { releases, type TestHost } from "../testbed/test-host.ts";
import {
  actingSettings,
  doneSteps,
  lastRecord,
  remediateOn,
  untilOutcome,
  untilRefused,
} from "./support-acting.ts";
import { stepNames } from "../../agent/model/remediation.ts";
import {
  expectOnlyStaleGone,
  expectUntouched,
  incidentHost,
  incidentOn,
} from "./support-incident.ts";
import { told } from "./support-told.ts";

const unit = "onemaster.service";
const leastExposed = 2.4;

describe.concurrent.each(releases)("the service as it is deployed on %s", (release) => {
  test("sees all, ends nothing; with the drop-in it acts", async (context) => {
    const first = await incidentHost(context, release, { agent: false, inFlight: 0 });
    const { host, stale } = first;
    await install(host, "onemaster.sysusers", "/usr/lib/sysusers.d/onemaster.conf");
    await install(host, "onemaster.service", `/etc/systemd/system/${unit}`);
    const settings = actingSettings({ mode: "on", grace: "5s" });
    await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(settings));
    await host.write(`/etc/systemd/system/${unit}.d/probe.conf`, probe([stale, 1]));
    await host.run("systemd-sysusers; systemctl daemon-reload");
    await host.run(["systemd-analyze", "verify", "--man=no", unit]);
    await host.run(["systemctl", "start", unit]);
    await untilRefused(host, "not-permitted");
    expect(await host.run(["cat", "/var/lib/onemaster/probe"])).toMatch(
      /^(?:\S*kill: .*Operation not permitted\n){2}$/,
    );
    // those of root are the same but for the time of day
    const [asService, asRoot] = [await reportOf(host), await statusOn(host)];
    expect(told(asService)).toEqual(told(asRoot));
    expect([asService.verdict, asService.blind, asService.sockets.map(unitOf)]).toEqual([
      "duplicate",
      [],
      asRoot.sockets.map(unitOf),
    ]);
    expect(await agentLog(host)).toMatch(/may not|not permitted|CAP_KILL/);
    await expectUntouched(first);
    const exposed = await exposure(host);

    // what root leaves in the state directory must not be in the way of the service
    expect(await remediateOn(host)).toMatchObject({ exitCode: 0 });
    await expectOnlyStaleGone(first);
    const second = await incidentOn(host, 0);
    await install(host, "act.conf", `/etc/systemd/system/${unit}.d/act.conf`);
    await host.run(`systemctl daemon-reload; systemctl restart ${unit}`);
    await untilOutcome(host, "ended");
    await expectOnlyStaleGone({
      ...second,
      processes: second.processes.filter(({ comm }) => comm.startsWith("gunicorn")),
    });
    const record = await lastRecord(host);
    expect(record).toMatchObject({ by: "agent", outcome: "ended" });
    // the second name of the socket, too
    expect(doneSteps(record)).toEqual(stepNames);
    const acting = await exposure(host);
    process.stderr.write(`${release}: exposure ${exposed} observing, ${acting} acting\n`);
    expect(exposed).toBeLessThanOrEqual(leastExposed);
    expect(acting).toBeLessThanOrEqual(leastExposed);
  });
});

async function install(host: TestHost, file: string, path: string): Promise<void> {
  const content = readFileSync(new URL(`../../deploy/systemd/${file}`, import.meta.url));
  await host.write(path, content);
}

/** Asks for the right to signal with all the rights that the service has, and no others. */
function probe(pids: readonly number[]): string {
  const asks = pids.map((pid) => `/bin/kill -0 ${pid}`).join("; ");
  return `[Service]\nExecStartPre=/bin/sh -c '(${asks}) 2>/var/lib/onemaster/probe; true'\n`;
}

async function exposure(host: TestHost): Promise<number> {
  const text = await host.run(["systemd-analyze", "security", "--no-pager", unit]);
  return Number(/Overall exposure level for .*: ([\d.]+) /.exec(text)?.[1]);
}

function unitOf({ unit: seen, pidfile }: Report["sockets"][number]): unknown {
  return { unit: seen, pidfile };
}
