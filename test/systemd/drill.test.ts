import { describe, expect, test } from "vitest";
import type { DrillReport } from "../../agent/model/drill.ts";
import { makeDuplicate, platform } from "../testbed/incident.ts";
import { whileLoaded } from "../testbed/load.ts";
import { releases } from "../testbed/test-host.ts";
import { drill, startedHost, verify } from "./support-drill.ts";
import { mastersOn, soleMaster } from "./support-truth.ts";

describe.each(releases)("cutover verify and drill on %s", (release) => {
  test("a native unit: verified, five cycles sound, and again as it was", async (context) => {
    const host = await startedHost(context, release, "native");
    expect(await verify(host)).toMatchObject({ exitCode: 0, soundness: "sound", not: [] });
    const { exitCode, report } = await drill(host, "--cycles", "5");
    expect({ exitCode, soundness: report.soundness, ended: report.endedEarly }).toEqual({
      exitCode: 0,
      soundness: "sound",
      ended: null,
    });
    expect(report.rows.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, "stop", "start"]);
    const pids = report.rows.map((row) => row.mainPid);
    expect(new Set(pids).size).toBe(7);
    expect(await soleMaster(host)).toMatchObject({ pid: pids.at(-1), unit: platform.unit });
    const stopped = { mainPid: 0, masters: 0, workers: 0, processes: 0, metered: null };
    for (const row of report.rows) {
      const one = { masters: 1, workers: 4, processes: 5, soundness: "sound" };
      expect(row).toMatchObject(row.step === "stop" ? stopped : one);
    }
    // between stop and bind nobody listens, and the drill must have seen that
    const cycles = report.rows.slice(0, 5);
    expect(cycles.map(({ metered }) => (metered?.downtimeMs ?? 0) > 0)).not.toContain(false);
    tellFigures(release, "native", report);
  });

  test("a socket-activated unit loses no request, by itself and under load", async (context) => {
    const host = await startedHost(context, release, "socket-activated");
    expect(await verify(host)).toMatchObject({ exitCode: 0, soundness: "sound" });
    const { load, worked } = await whileLoaded(host, () => drill(host, "--cycles", "5"), {
      perSecond: 200,
    });
    expect(worked).toMatchObject({ exitCode: 0, report: { soundness: "sound" } });
    const restarts = worked.report.rows.slice(0, 5);
    expect(restarts.map(({ metered }) => [metered?.failed, metered?.downtimeMs])).toEqual(
      Array.from({ length: 5 }, () => [0, 0]),
    );
    expect({ failed: load.failed, failures: load.failures }).toEqual({ failed: 0, failures: [] });
    tellFigures(
      release,
      `socket-activated, beside ${load.asked} requests through nginx`,
      worked.report,
    );
  });

  test("a SysV unit: not sound, not begun; told to, it shows the second master", async (context) => {
    const host = await startedHost(context, release, "sysv");
    const verified = await verify(host);
    expect(verified).toMatchObject({ exitCode: 1, soundness: "not-sound" });
    expect(verified.not).toEqual(
      expect.arrayContaining(["main-pid", "kill-mode", "type", "generated", "daemonize"]),
    );
    const master = await soleMaster(host);
    const refused = await host.attempt("onemaster drill --yes");
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("nothing was done"),
    });
    expect(await soleMaster(host)).toEqual(master);

    await host.run(["rm", platform.pidfile]);
    const { exitCode, stdout } = await host.attempt(
      "onemaster drill --cycles 3 --yes --even-if-unsound",
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain("2 masters after cycle 1");
    expect(stdout).toContain(`onemaster remediate --yes --socket ${platform.socket}`);
    // it went no further
    expect(await mastersOn(host)).toHaveLength(2);
  });

  test("two masters: verify names the stale one, and what it prints ends it", async (context) => {
    const host = await startedHost(context, release, "sysv");
    const { stale, serving } = await makeDuplicate(host);
    const verified = await verify(host);
    expect(verified).toMatchObject({ exitCode: 1 });
    const check = verified.report.units[0]?.checks.find((one) => one.check === "one-master");
    expect(check?.evidence).toBe(
      `master ${stale} with 4 workers is stale: it listens, but the path belongs to master ${serving}`,
    );
    await host.run(["sh", "-c", check?.fix ?? "false"], { timeoutMs: 120_000 });
    expect((await soleMaster(host)).pid).toBe(serving);
  });

  test("a unit that fails in the middle: what systemd says, and where it stands", async (context) => {
    const host = await startedHost(context, release, "native");
    await host.run(
      `sed -i s,/usr/bin/gunicorn,/usr/bin/nothing, /etc/systemd/system/${platform.unit}; ` +
        "systemctl daemon-reload",
    );
    // the file has been read: nothing but the program that is not there tells it
    const { exitCode, stdout } = await host.attempt(
      "onemaster drill --cycles 2 --yes --even-if-unsound",
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain("there is no /usr/bin/nothing; /usr/bin/gunicorn is there");
    expect(stdout).toMatch(/Active: failed/);
    expect(stdout).toContain("NOT sound: nothing serves after cycle 1");
  });

  test("without --yes it says what it would do, and does nothing", async (context) => {
    const host = await startedHost(context, release, "native");
    const master = await soleMaster(host);
    const { exitCode, stdout } = await host.attempt("onemaster drill --cycles 3");
    expect(exitCode).toBe(0);
    expect(stdout).toContain("3 times: systemctl reset-failed platform.service");
    expect(stdout).toContain("onemaster drill --cycles 3 --unit platform.service --yes");
    expect(await soleMaster(host)).toEqual(master);
  });

  test("a unit that does not exist, and a host where nothing runs: could not tell", async (context) => {
    const host = await startedHost(context, release, "native");
    expect((await host.attempt("onemaster cutover verify --unit nope")).exitCode).toBe(3);
    expect((await host.attempt("onemaster drill --yes --unit nope")).exitCode).toBe(3);
    await host.run(["systemctl", "stop", platform.unit]);
    expect((await host.attempt("onemaster cutover verify")).exitCode).toBe(3);
    // by its name it is known, and known not to run
    expect((await host.attempt("onemaster cutover verify --unit platform")).exitCode).toBe(1);
  });
});

function tellFigures(release: string, what: string, { rows }: DrillReport): void {
  const each = rows.flatMap(({ metered, durationMs }) =>
    metered === null
      ? []
      : [
          `${metered.failed} of ${metered.asked}, ${Math.round(metered.downtimeMs)} ms down in ${Math.round(durationMs)} ms`,
        ],
  );
  process.stderr.write(`${release}, ${what}: failed ${each.join("; ")}\n`);
}
