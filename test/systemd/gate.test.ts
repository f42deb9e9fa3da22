import { describe, expect, type TestContext, test } from "vitest";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost } from "../testbed/host.ts";
import {
  answering,
  installPlatform,
  platform,
  type PlatformOptions,
  startPlatform,
} from "../testbed/incident.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { session, startByHand } from "./support-by-hand.ts";
import { mainPid, mastersOn, soleMaster } from "./support-truth.ts";

/**
 * As the service's user, or as root in the service's own surroundings. Not `+`, which would leave
 * those, such as its private /tmp (systemd.service(5), "Special executable prefixes").
 */
const ranks = [
  ["as www-data", ""],
  ["with root's rights", "!"],
] as const;

describe.each(releases)("ExecStartPre=onemaster gate on %s", (release) => {
  test.for(ranks)("%s: five restarts of a sound unit pass", async ([, mark], context) => {
    const host = await gatedHost(context, release, { mark });
    await startPlatform(host);
    for (let restart = 1; restart <= 5; restart += 1) {
      await host.run(`systemctl reset-failed ${platform.unit}; systemctl restart ${platform.unit}`);
      await answering(host);
      expect((await soleMaster(host)).pid).toBe(await mainPid(host));
    }
    const said = `onemaster gate: pass: ${platform.socket}: nothing listens`;
    expect(await saidByGate(host)).toEqual(Array.from({ length: 6 }, () => said));
  });

  test.for(ranks)(
    "%s: a killed unit starts again over its socket file",
    async ([, mark], context) => {
      const host = await gatedHost(context, release, { mark });
      await startPlatform(host);
      const { pid } = await soleMaster(host);
      await host.run(["kill", "-KILL", `${pid}`]);
      const next = await waitFor(
        "systemd to start it again",
        async () => {
          const now = await mainPid(host);
          return now !== 0 && now !== pid ? now : undefined;
        },
        20_000,
      );
      await waitFor("the next master", async () => (await answering(host)) === next);
      expect((await saidByGate(host)).at(-1)).toBe(
        `onemaster gate: pass: ${platform.socket}: a socket file is left, and nothing listens at it`,
      );
    },
  );

  test("beside a master started by hand it refuses, and says who and where", async (context) => {
    const host = await gatedHost(context, release, { mark: "!" });
    // while it waits for its next try, systemctl status may leave out what was said in the last
    await host.write("/etc/systemd/system/platform.service.d/once.conf", "[Service]\nRestart=no\n");
    await host.run("systemctl daemon-reload");
    await startByHand(host, "a login session", "as a daemon");
    await answering(host);
    const byHand = await soleMaster(host);
    expect((await host.attempt(["systemctl", "start", platform.unit])).exitCode).toBe(1);
    const lines = [
      `onemaster gate: REFUSED: ${platform.socket}: master ${byHand.pid} (5 processes, in ` +
        `${session}) serves it: a start would add a second master`,
      `onemaster gate: to clear it: kill -TERM ${byHand.pid} and wait until it has gone`,
    ];
    expect((await saidByGate(host)).slice(0, 2)).toEqual(lines);
    await waitFor("systemctl status to show it", async () => {
      const { stdout } = await host.attempt(["systemctl", "status", "--full", platform.unit]);
      expect(stdout).toContain(lines[0]);
      return true;
    });
    expect(await mastersOn(host)).toEqual([byHand]);

    // what it says helps
    await host.run(`kill -TERM ${byHand.pid}; while kill -0 ${byHand.pid}; do sleep 0.1; done`);
    await host.run(["systemctl", "reset-failed", platform.unit]);
    await startPlatform(host);
    expect((await soleMaster(host)).pid).toBe(await mainPid(host));
  });

  test("as www-data it refuses as well, though it cannot see who it is", async (context) => {
    const host = await gatedHost(context, release, { mark: "" });
    await startByHand(host, "no unit at all", "as a daemon");
    await answering(host);
    const byHand = await soleMaster(host);
    expect((await host.attempt(["systemctl", "start", platform.unit])).exitCode).toBe(1);
    expect((await saidByGate(host))[0]).toBe(
      `onemaster gate: REFUSED: ${platform.socket}: somebody listens at this very file, out of ` +
        "sight of the gate's user: a start would take the path away from it",
    );
    expect(await mastersOn(host)).toEqual([byHand]);
  });

  test.for(ranks)("%s: a socket-activated unit passes", async ([, mark], context) => {
    const host = await gatedHost(context, release, { mark, service: "socket-activated" });
    await host.run(["systemctl", "start", "platform.socket"]);
    for (let start = 1; start <= 2; start += 1) {
      await answering(host);
      expect((await soleMaster(host)).pid).toBe(await mainPid(host));
      await host.run(["systemctl", "restart", platform.unit]);
    }
    const who = mark === "" ? "platform.socket" : "systemd";
    for (const line of await saidByGate(host)) {
      expect(line).toMatch(new RegExp(`^onemaster gate: pass: ${platform.socket}: ${who} listens`));
    }
  });

  test.for(ranks)("%s: a path in its private /tmp is its own", async ([, mark], context) => {
    const host = await gatedHost(context, release, { mark });
    const dropIn = "/etc/systemd/system/platform.service.d/tmp.conf";
    const bind = "/usr/bin/gunicorn -w 1 -b unix:/tmp/app.sock run:app";
    await host.write(
      dropIn,
      `[Service]\nPrivateTmp=yes\nExecStartPre=\nExecStart=\nExecStart=${bind}\n` +
        `ExecStartPre=${mark}/usr/local/bin/onemaster gate --strict --socket /tmp/app.sock\n`,
    );
    await host.run("systemctl daemon-reload");
    // the host's /tmp is another one, and so is its socket there
    await host.run(`cd ${platform.root}; ${bind.replace("-w", "--daemon -w")}`);
    await waitFor("the other master", async () => (await mastersOn(host)).length === 1);
    const { exitCode } = await host.attempt(["systemctl", "start", platform.unit]);
    // as another user it cannot tell the two /tmp apart: strict, it does not let that pass
    expect([mark, exitCode]).toEqual([mark, mark === "!" ? 0 : 1]);
  });
});

interface Gated extends Pick<PlatformOptions, "service"> {
  readonly mark: "" | "!";
}

/** A host with the platform as a native unit that asks the gate first, not started. */
async function gatedHost(
  context: TestContext,
  release: Release,
  { mark, service = "native" }: Gated,
): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installPlatform(host, { service, holdMib: 1 });
  await installAgent(host);
  await host.write(
    "/etc/systemd/system/platform.service.d/gate.conf",
    `[Service]\nRestartSec=3s\n` +
      `ExecStartPre=${mark}/usr/local/bin/onemaster gate --socket ${platform.socket}\n`,
  );
  await host.run("systemctl daemon-reload");
  return host;
}

/** What the gate has said in the unit's journal, oldest first. */
async function saidByGate(host: ContainerHost): Promise<readonly string[]> {
  const journal = await host.run([
    "journalctl",
    `--unit=${platform.unit}`,
    "--output=cat",
    "--no-pager",
  ]);
  return journal.split("\n").filter((line) => line.startsWith("onemaster gate: "));
}
