import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readMetrics } from "../support/metrics.ts";
import { waitFor } from "../support/wait.ts";
import { releases } from "../testbed/test-host.ts";
import { incidentHost } from "./support-incident.ts";

const folder = "/var/lib/prometheus/node-exporter";
const file = `${folder}/onemaster.prom`;
const names = ["onemaster-textfile.service", "onemaster-textfile.timer"] as const;
const leastExposed = 2;

describe.concurrent.each(releases)("the textfile timer as it is deployed on %s", (release) => {
  test("tells of two masters, and has no more rights than it needs", async (context) => {
    const { host } = await incidentHost(context, release, { agent: false, inFlight: 0 });
    await host.run(["mkdir", "-p", folder]);
    for (const name of names) {
      const path = new URL(`../../deploy/textfile/${name}`, import.meta.url);
      await host.write(`/etc/systemd/system/${name}`, readFileSync(path));
    }
    await host.run("systemctl daemon-reload");
    await host.run(["systemd-analyze", "verify", "--man=no", ...names]);
    await host.run(["systemctl", "start", names[0]]);
    const page = readMetrics(await host.run(["cat", file]));
    const valueOf = (name: string, label: string, value: string): number | undefined =>
      page.find((sample) => sample.name === name && sample.labels[label] === value)?.value;
    expect({
      duplicate: valueOf("onemaster_socket_verdict", "verdict", "duplicate"),
      stale: valueOf("onemaster_masters", "role", "stale"),
      killMode: valueOf("onemaster_unit_link_ok", "link", "kill-mode"),
      blind: page.filter(({ name, value }) => name === "onemaster_blind" && value !== 0),
    }).toEqual({ duplicate: 1, stale: 1, killMode: 0, blind: [] });
    expect(await host.run(["stat", "-c", "%a %U", file])).toBe("644 root\n");

    await host.run(["rm", file]);
    await host.run(["systemctl", "start", names[1]]);
    await waitFor(
      "the timer",
      async () => (await host.attempt(["test", "-e", file])).exitCode === 0,
      90_000,
    );
    const analysed = await host.run(["systemd-analyze", "security", "--no-pager", names[0]]);
    const exposure = Number(/Overall exposure level for .*: ([\d.]+) /.exec(analysed)?.[1]);
    process.stderr.write(`${release}: textfile exposure ${exposure}\n`);
    expect(exposure).toBeLessThanOrEqual(leastExposed);
  });
});
