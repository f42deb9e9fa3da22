import { describe, expect, it } from "vitest";
import { waitFor } from "../support/wait.ts";
import { answering, installPlatform, platform, startPlatform } from "../testbed/incident.ts";
import { releases } from "../testbed/test-host.ts";
import { auditedHost, evidence, fix, native, nativePath, soundNative } from "./audited-host.ts";

describe.each(releases)("onemaster audit of a native unit on %s", (release) => {
  const { host, audit, auditUntil, paste } = auditedHost(release);

  it("finds nothing bad on a native unit, running or stopped", async () => {
    await installPlatform(host(), { service: "native", holdMib: 1 });
    await startPlatform(host());
    const running = await audit();
    expect(running.map).toEqual(soundNative);
    expect(running.exitCode).toBe(0);

    await host().run("systemctl stop platform.service");
    const stopped = await audit("platform");
    const { "main-pid": _, "one-group": __, "outside-unit": ___, ...atRest } = soundNative;
    expect(stopped.map).toEqual(atRest);
    expect(stopped.exitCode).toBe(0);
    // without its name there is nothing that would lead to it
    expect(await audit()).toMatchObject({ exitCode: 3, map: {} });
  });

  it("finds nothing bad on a socket-activated unit, whether it serves yet or not", async () => {
    await installPlatform(host(), { service: "socket-activated", holdMib: 1 });
    await host().run("systemctl start platform.socket");
    expect(await audit("platform")).toMatchObject({ exitCode: 0 });
    await startPlatform(host());
    const seen = await audit();
    expect(seen.map).toEqual(soundNative);
    expect(seen.exitCode).toBe(0);
  });

  it.each([
    ["Type=notify", "Type=notify", ""],
    [
      "Type=forking with PIDFile",
      "Type=forking\nPIDFile=/run/platform/g.pid\nRuntimeDirectory=platform",
      "--daemon --pid /run/platform/g.pid",
    ],
  ])(
    "finds nothing bad on a native unit of %s, nor amid its USR2 upgrade",
    async (_, type, options) => {
      await installPlatform(host(), { service: "native", holdMib: 1 });
      const unit = native.replace("Type=simple", type).replace("-w 4", `-w 2 ${options}`);
      await host().write(nativePath, unit);
      await host().run("systemctl daemon-reload");
      await startPlatform(host());
      const sound = type.includes("PIDFile") ? { ...soundNative, pidfile: "ok" } : soundNative;
      expect((await audit()).map).toEqual(sound);

      await host().run(`kill -USR2 ${await answering(host())}`);
      const upgrade = await waitFor("both masters", async () => {
        const seen = await audit();
        return evidence(seen.items, "one-group").includes("successor") ? seen : undefined;
      });
      expect(upgrade.map).toEqual(sound);
      expect(upgrade.exitCode).toBe(0);
    },
  );

  it("tells an init script left beside a native unit, and links alone as less", async () => {
    await installPlatform(host(), { service: "native", holdMib: 1 });
    await startPlatform(host());
    await host().write("/etc/init.d/platform", "#!/bin/sh\n", 0o755);
    await host().run("ln -s ../init.d/platform /etc/rc2.d/S01platform");
    const seen = await audit();
    expect(seen.map).toEqual({ ...soundNative, "init-script": "bad" });
    await host().run("rm /etc/init.d/platform");
    expect((await audit()).map).toEqual({ ...soundNative, "init-script": "warning" });
    await paste(fix((await audit()).items, "init-script"));
    expect((await audit()).map).toEqual(soundNative);
  });

  it("tells a master that was started by hand and took the path", async () => {
    await installPlatform(host(), { service: "native", holdMib: 1 });
    await startPlatform(host());
    const own = await answering(host());
    await host().run(
      `cd ${platform.root}; systemd-run --scope --unit=hand ` +
        "gunicorn --daemon -w 1 -b unix:sampleplatform.sock run:app",
    );
    const byHand = await waitFor("the other master", async () => {
      const owner = await answering(host());
      return owner === own ? undefined : owner;
    });
    const seen = await auditUntil("serving", "bad");
    expect(seen.map).toEqual({
      ...soundNative,
      "main-pid": "bad",
      serving: "bad",
      "outside-unit": "bad",
    });
    expect(evidence(seen.items, "outside-unit")).toBe(`master ${byHand} is in hand.scope`);
    await paste(fix(seen.items, "outside-unit"));
    await answering(host());
    expect((await audit()).map).toEqual(soundNative);
  });

  it("tells a program that is not there, and which one is", async () => {
    await installPlatform(host(), { service: "native", holdMib: 1 });
    await host().run(
      `rm -f /usr/bin/gunicorn3; sed -i s,/usr/bin/gunicorn,/usr/bin/gunicorn3, ${nativePath}`,
    );
    await host().run("systemctl daemon-reload");
    await host().attempt("systemctl start platform.service");
    const seen = await auditUntil("start-works", "bad", platform.unit);
    const bad = seen.items.filter(({ state }) => state === "bad").map(({ link }) => link);
    expect(bad).toEqual(["start-works", "program"]);
    expect(evidence(seen.items, "program")).toBe(
      "there is no /usr/bin/gunicorn3; /usr/bin/gunicorn is there",
    );
    await paste(fix(seen.items, "program"));
    await answering(host());
    expect((await audit()).map).toEqual(soundNative);
  });

  it.each([
    ["there is no systemctl", "rm", "it is not installed"],
    [
      "there is no bus to ask",
      "printf '#!/bin/sh\\necho Failed to connect to bus: Host is down >&2; exit 1' >",
      "Failed to connect to bus: Host is down",
    ],
    ["systemctl hangs", "printf '#!/bin/sh\\nsleep 30' >", "it did not answer in time"],
  ])("could not tell where %s", async (_, spoil, why) => {
    await installPlatform(host(), { service: "native", holdMib: 1 });
    await startPlatform(host());
    await host().run(
      "mv /usr/bin/systemctl /root/; touch /usr/bin/systemctl; chmod +x /usr/bin/systemctl",
    );
    await host().run(`${spoil} /usr/bin/systemctl`);
    const seen = await audit();
    expect(seen.exitCode).toBe(3);
    expect(seen.items.filter(({ state }) => state !== "unknown")).toEqual([]);
    expect(seen.report.blind).toContainEqual({ what: "unit", reason: `${platform.unit}: ${why}` });
  });

  it("says that a unit does not exist", async () => {
    expect(await audit("nope")).toMatchObject({
      exitCode: 3,
      stderr: "onemaster: systemd knows no unit nope.service on this host\n",
    });
  });
});
