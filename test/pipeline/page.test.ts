import { rmSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { startAgent } from "../support/agent.ts";
import { testFolder } from "../support/folder.ts";
import { asInProduction, type Gunicorn, startGunicorn } from "../support/gunicorn.ts";
import { nonZero } from "../support/metrics.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";
import { startAlertmanager } from "./alertmanager.ts";
import { exampleOfOneHost, exampleRoutes } from "./examples.ts";
import { startPrometheus } from "./prometheus.ts";
import { startReceiver } from "./receiver.ts";

beforeEach((context) =>
  requireReal(context, "root", "gunicorn", "ss", "prometheus", "alertmanager"),
);

test("with the examples as they are, a second master is one page that says what to do, and it resolves", async () => {
  const folder = testFolder();
  const path = folder.at("sampleplatform.sock");
  const start = { ...asInProduction(folder), workers: 2 };
  const old = await startGunicorn(start);
  const agent = await startAgent(folder, {
    sockets: [{ path, pidfile: folder.at("gunicorn.pid") }],
    scan: { confirm_for: "1s" },
  });
  const target = `127.0.0.1:${agent.port}`;
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager({ folder, config: exampleRoutes(receiver) });
  const prometheus = await startPrometheus({
    folder,
    config: exampleOfOneHost(target, alertmanager.address),
  });
  await waitFor("a sound socket to be scraped", async () => {
    return (await prometheus.query("onemaster_duplicate_confirmed == 0")).length > 0;
  });

  rmSync(folder.at("gunicorn.pid"));
  await startGunicorn(start);
  const since = performance.now();
  const reached = (what: string): void => {
    const seconds = ((performance.now() - since) / 1000).toFixed(1);
    process.stderr.write(`${what} ${seconds} s after the second master served\n`);
  };
  await waitFor("the agent to confirm it", async () => {
    const page = await agent.metrics();
    const { [path]: confirmed } = nonZero(page, "onemaster_duplicate_confirmed", {}, "socket");
    return confirmed === 1;
  });
  reached("confirmed on /metrics");
  const alerts = async (state: string) =>
    (await prometheus.alerts()).filter(
      (one) => one.labels["alertname"] === "OnemasterDuplicateMaster" && one.state === state,
    );
  await waitFor("the rule to see it", async () => (await alerts("pending")).length > 0);
  reached("pending in Prometheus");
  // a deploy that overlaps for 45 s would be over by now without a page
  await waitFor("the rule to fire", async () => (await alerts("firing")).length > 0, 120_000);
  reached("firing in Prometheus");
  const page = await waitFor("the page", () => receiver.notifications()[0], 30_000);
  reached("page");
  const labels = {
    alertname: "OnemasterDuplicateMaster",
    severity: "critical",
    job: "onemaster",
    instance: target,
    socket: path,
  };
  expect(page).toMatchObject({ receiver: "onemaster-page", status: "firing" });
  expect(page.alerts.map((alert) => alert.labels)).toEqual([labels]);
  const annotations = page.alerts[0]?.annotations;
  expect(annotations?.["summary"]).toBe(`Two gunicorn masters on ${path} at ${target}`);
  expect(annotations?.["description"]).toMatch(/It holds [\d.]+MiB .* onemaster remediate --yes/);
  expect(performance.now() - since).toBeGreaterThan(45_000);

  await endStale(old);
  await waitFor("all to be well", () => receiver.notifications().length > 1, 30_000);
  expect(
    receiver.notifications().map(({ receiver: name, status, alerts: told }) => ({
      name,
      status,
      told: told.map((alert) => alert.labels),
    })),
  ).toEqual([
    { name: "onemaster-page", status: "firing", told: [labels] },
    { name: "onemaster-page", status: "resolved", told: [labels] },
  ]);
  await agent.stop();
});

/** As the runbook says it is done by hand. */
async function endStale({ master, workers }: Gunicorn): Promise<void> {
  signal(master, "SIGSTOP");
  for (const worker of workers) signal(worker, "SIGTERM");
  await gone(workers);
  signal(master, "SIGKILL");
  await gone([master]);
}
