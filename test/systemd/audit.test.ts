import { describe, expect, it } from "vitest";
import { waitFor } from "../support/wait.ts";
import {
  answering,
  installPlatform,
  makeDuplicate,
  platform,
  startPlatform,
} from "../testbed/incident.ts";
import { longRequests } from "../testbed/load.ts";
import { releases } from "../testbed/test-host.ts";
import {
  asExpected,
  auditedHost,
  evidence,
  fix,
  type LinkMap,
  native,
  nativePath,
  settings,
  soundNative,
  wrappedScript,
} from "./audited-host.ts";

/** A master that is told to stop waits for its requests as long as these last. */
const drains = "--graceful-timeout 110";

describe.each(releases)("onemaster audit of an init script on %s", (release) => {
  const { host, audit, auditUntil, allWorkers, paste } = auditedHost(release);

  it("names every bad link of the incident, and its lines cure it", async () => {
    await installPlatform(host(), { holdMib: 1 });
    await host().write("/etc/onemaster/onemaster.yml", settings);
    await startPlatform(host());
    const { stale, serving } = await makeDuplicate(host());
    await allWorkers(8);

    const incident: LinkMap = {
      ...wrappedScript,
      ...asExpected,
      pidfile: "ok",
      "one-group": "bad",
    };
    const seen = await audit();
    expect(seen.map).toEqual(incident);
    expect(seen.exitCode).toBe(1);
    expect(evidence(seen.items, "main-pid")).toContain(`masters ${serving}, ${stale} run`);
    expect(evidence(seen.items, "one-group")).toContain(
      `serving master ${serving}, stale master ${stale}`,
    );
    expect(seen.report.units).toMatchObject([{ unit: platform.unit, sockets: [platform.socket] }]);

    await waitFor(
      "the one that serves to have lasted long enough",
      async () => {
        await paste(fix(seen.items, "one-group"));
        return true;
      },
      40_000,
    );
    expect((await audit()).map).toEqual({ ...incident, "one-group": "ok" });
    expect(await answering(host())).toBe(serving);

    await paste(fix(seen.items, "kill-mode"));
    expect((await audit()).map).toEqual({ ...incident, "one-group": "ok", "kill-mode": "ok" });

    await paste(fix(seen.items, "generated"));
    await answering(host());
    await allWorkers(4);
    const cured = await audit();
    expect(cured.map).toEqual({ ...soundNative, ...asExpected, pidfile: "ok" });
    expect(cured.exitCode).toBe(0);
  });

  it("writes the pidfile that the next stop needs", async () => {
    await installPlatform(host(), { holdMib: 1 });
    await host().write("/etc/onemaster/onemaster.yml", settings);
    await startPlatform(host());
    const serving = await answering(host());
    await allWorkers(4);
    await host().run(["rm", platform.pidfile]);
    const seen = await audit();
    expect(seen.map).toEqual({ ...wrappedScript, ...asExpected, pidfile: "bad" });

    await paste(fix(seen.items, "pidfile"));
    expect(await host().run(["cat", platform.pidfile])).toBe(`${serving}\n`);
    expect((await audit()).map).toEqual({ ...wrappedScript, ...asExpected, pidfile: "ok" });
  });

  it("tells a unit that is active though the restart race left nobody", async () => {
    await installPlatform(host(), { holdMib: 1, gunicornOptions: drains });
    await host().write("/etc/onemaster/onemaster.yml", settings);
    await startPlatform(host());
    // the old master is alive until this request ends, so the new one refuses to start
    const long = await longRequests(host(), 1);
    await host().run("systemctl restart platform.service");
    await waitFor("the new one to have refused", async () => {
      const refusal = ["grep", "--quiet", "Already running on PID", platform.errorLog];
      return (await host().attempt(refusal)).exitCode === 0;
    });
    await long.release();
    await long.answers();

    const seen = await auditUntil("serving", "bad");
    expect(seen.map).toEqual({
      "kill-mode": "bad",
      type: "bad",
      generated: "bad",
      daemonize: "unknown",
      pidfile: "ok",
      serving: "bad",
      "start-works": "bad",
      program: "unknown",
      workers: "unknown",
      "socket-mode": "unknown",
      "socket-owner": "unknown",
    });
    await host().run("systemctl start platform.service");
    expect((await audit()).map.serving).toBe("bad");
    await paste(fix(seen.items, "serving"));
    await answering(host());
    await allWorkers(4);
    expect((await audit()).map).toEqual({ ...wrappedScript, ...asExpected, pidfile: "ok" });
  });

  it("tells what a stop has left behind, but not a graceful stop under way", async () => {
    await installPlatform(host(), { holdMib: 1, gunicornOptions: drains });
    await startPlatform(host());
    const long = await longRequests(host(), 1);
    await host().run("systemctl stop platform.service");
    const draining = await waitFor("the master to close its listener", async () => {
      const seen = await audit(platform.unit);
      return evidence(seen.items, "serving").includes("last requests") ? seen : undefined;
    });
    const { "main-pid": _, ...rest } = wrappedScript;
    expect(draining.map).toEqual({ ...rest, serving: "warning" });
    await long.release();
    await long.answers();
    // a start before that would find the pidfile of a living master and refuse
    await waitFor(
      "the master to leave",
      async () => (await host().attempt("pgrep gunicorn")).exitCode === 1,
      // a worker that was still booting has missed TERM: gunicorn waits for it as long as for any
      130_000,
    );

    await startPlatform(host());
    await host().run(["rm", platform.pidfile]);
    await host().run("systemctl stop platform.service");
    const left = await auditUntil("serving", "bad");
    expect(left.map).toEqual({ ...wrappedScript, serving: "bad" });
    await paste(fix(left.items, "serving"));
    await answering(host());
  });

  it("tells a native unit that was installed over running SysV daemons", async () => {
    await installPlatform(host(), { holdMib: 1 });
    await startPlatform(host());
    await host().write(nativePath, native);
    await host().run("systemctl daemon-reload; systemctl start platform.service");
    const seen = await audit();
    expect(seen.map).toEqual({
      ...soundNative,
      "main-pid": "bad",
      "init-script": "bad",
      daemonize: "bad",
      "start-works": "bad",
    });
    expect(seen.exitCode).toBe(1);

    await paste(fix(seen.items, "init-script"));
    await paste(fix(seen.items, "start-works"));
    await answering(host());
    expect((await audit()).map).toEqual(soundNative);
  });
});
