import { writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { startAlertmanager, startAlertmanagerPair } from "./alertmanager.ts";
import { startPrometheus } from "./prometheus.ts";
import { startReceiver } from "./receiver.ts";

beforeEach((context) => requireReal(context, "prometheus", "alertmanager"));

test("a rule that fires wakes somebody, and one that is over says so", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager({
    folder,
    config: routeTo(receiver.urlOf("pager")),
  });
  const config = {
    global: { evaluation_interval: "1s" },
    rule_files: ["tried.rules.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.address] }] }] },
  };
  function ruleAbove(threshold: number): void {
    const labels = { severity: "critical" };
    const rule = { alert: "Tried", expr: `vector(1) > ${threshold}`, labels };
    const groups = [{ name: "tried", rules: [rule] }];
    writeFileSync(folder.at("tried.rules.yml"), JSON.stringify({ groups }));
  }

  ruleAbove(0);
  const prometheus = await startPrometheus({ folder, config });
  await waitFor("the page", () => receiver.notifications().length > 0, 20_000);
  expect(await prometheus.query("ALERTS")).toEqual([
    {
      labels: {
        __name__: "ALERTS",
        alertname: "Tried",
        alertstate: "firing",
        severity: "critical",
      },
      value: 1,
    },
  ]);
  expect(await alertmanager.alerts()).toMatchObject([
    { labels: { alertname: "Tried", severity: "critical" }, status: { state: "active" } },
  ]);

  ruleAbove(1);
  await prometheus.reload(config);
  await waitFor("all to be well", () => receiver.notifications().length > 1, 20_000);
  expect(
    receiver.notifications().map(({ receiver: to, status, alerts }) => ({
      to,
      status,
      alerts: alerts.map(({ labels }) => labels["alertname"]),
    })),
  ).toEqual([
    { to: "pager", status: "firing", alerts: ["Tried"] },
    { to: "pager", status: "resolved", alerts: ["Tried"] },
  ]);
  await prometheus.stop();
  await alertmanager.stop();
});

test("two Alertmanagers of a cluster that are told the same wake somebody once", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const pair = await startAlertmanagerPair({ folder, config: routeTo(receiver.urlOf("pager")) });
  for (const one of pair) await one.post([{ labels: { alertname: "Both" } }]);
  const page = await waitFor("the page", () => receiver.notifications()[0], 20_000);
  await waitFor("the other's turn to have passed", () => Date.now() > page.receivedAtMs + 3_000);
  expect(receiver.notifications()).toHaveLength(1);
});

/** Whoever is at this URL is told at once. */
function routeTo(url: string) {
  const route = { receiver: "pager", group_wait: "0s", group_interval: "1s" };
  return { route, receivers: [{ name: "pager", webhook_configs: [{ url }] }] };
}
