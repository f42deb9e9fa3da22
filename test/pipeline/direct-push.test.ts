import { writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { beforeEach, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { heldListeners } from "../support/gunicorn.ts";
import { catchesLikeMaster, childrenOf } from "../support/process.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";
import { startAlertmanager, startAlertmanagerPair } from "./alertmanager.ts";
import { impatientRules } from "./examples.ts";
import { openGate } from "./gate.ts";
import { startPrometheus } from "./prometheus.ts";
import {
  endStale,
  expectPages,
  pagesIn,
  routeAtOnce,
  startMaster,
  startPushingAgent,
  startSecond,
} from "./pushing-agent.ts";
import { startReceiver } from "./receiver.ts";
import { ask } from "./server.ts";

beforeEach((context) =>
  requireReal(context, "root", "gunicorn", "ss", "prometheus", "alertmanager"),
);

test("a push and a rule that fires make one alert, one page and one all-clear", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager({ folder, config: routeAtOnce(receiver) });
  const gate = await openGate({ to: alertmanager.url });
  const first = await startMaster(folder);
  // Prometheus is to know it by an address that only its settings can tell
  const agent = await startPushingAgent(folder, {
    url: gate.url,
    labels: { instance: "web-1:10709", cluster: "eu-1", region: "eu" },
    // later than Prometheus sees the end
    resolve_after: "15s",
  });
  writeFileSync(folder.at("onemaster.rules.yml"), impatientRules());
  const prometheus = await startPrometheus({
    folder,
    config: {
      global: {
        scrape_interval: "5s",
        evaluation_interval: "1s",
        external_labels: { region: "eu", replica: "a" },
      },
      rule_files: ["onemaster.rules.yml"],
      scrape_configs: [
        {
          job_name: "onemaster",
          static_configs: [{ targets: [`127.0.0.1:${agent.port}`], labels: { cluster: "eu-1" } }],
          relabel_configs: [{ target_label: "instance", replacement: "web-1:10709" }],
        },
      ],
      alerting: {
        alert_relabel_configs: [{ regex: "replica", action: "labeldrop" }],
        alertmanagers: [{ static_configs: [{ targets: [alertmanager.address] }] }],
      },
    },
  });

  const second = await startSecond(folder);
  await expectPages(receiver, ["firing"]);
  const [page] = receiver.notifications();
  expect(page?.alerts[0]?.annotations["summary"]).toContain(` at ${hostname()}`);
  expect(page?.alerts[0]?.annotations["description"]).toContain(
    `master ${first.master.pid} with 4 workers is stale`,
  );
  const held = await waitFor(
    "Alertmanager to have the word of Prometheus too",
    async () => {
      const all = await alertmanager.alerts();
      const duplicates = all.filter(({ labels }) => labels["alertname"]?.includes("Duplicate"));
      const ofRule = duplicates.some(({ annotations }) =>
        annotations["summary"]?.includes(" at web-1:10709"),
      );
      return ofRule && duplicates;
    },
    30_000,
  );
  expect(held.map(({ labels }) => labels)).toEqual([
    {
      alertname: "OnemasterDuplicateMaster",
      severity: "critical",
      socket: agent.socket,
      job: "onemaster",
      instance: "web-1:10709",
      cluster: "eu-1",
      region: "eu",
    },
  ]);
  expect(pagesIn(receiver)).toEqual(["firing"]);

  await endStale(first);
  await expectPages(receiver, ["firing", "resolved"], 60_000);
  await waitFor("the push to have ended it too", () =>
    agent.log().some((line) => line.includes(`${agent.socket} is over`)),
  );
  expect((await prometheus.alerts()).filter(({ labels }) => labels["socket"])).toEqual([]);
  expect(pagesIn(receiver)).toEqual(["firing", "resolved"]);
  expect((await agent.report()).sockets[0]?.groups[0]?.master?.pid).toBe(second.master.pid);
});

test("an Alertmanager that is down, then mute, then there; an agent killed meanwhile", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager({ folder, config: routeAtOnce(receiver) });
  const gate = await openGate("shut");
  const first = await startMaster(folder);
  const settings = { url: gate.url, resolve_after: "1s", timeout: "2s" };
  const agent = await startPushingAgent(folder, settings);
  const toldOf = (text: string): number =>
    agent.log().filter((line) => line.startsWith(gate.url) && line.includes(text)).length;

  await startSecond(folder);
  await waitFor("the push to fail", async () => {
    const page = await agent.metrics();
    const failed = page.find(({ labels }) => labels["outcome"] === "failed");
    return (failed?.value ?? 0) >= 4;
  });
  expect(toldOf("alerts are not taken")).toBe(1);

  gate.set("silent");
  await waitFor("the agent to wait for an answer", () => gate.held() === 1);
  const before = await agent.report();
  const after = await agent.report();
  expect(after.takenAt > before.takenAt).toBe(true);
  expect(after.verdict).toBe("duplicate");
  await waitFor("the silence to be told", () => toldOf("no answer within 2000 ms") === 1);
  expect(gate.held()).toBeLessThanOrEqual(1);
  expect(pagesIn(receiver)).toEqual([]);

  gate.set({ to: alertmanager.url });
  await expectPages(receiver, ["firing"], 40_000);
  await waitFor("the good news to be told", () => toldOf("takes alerts again") === 1);

  await agent.end("SIGKILL");
  await endStale(first);
  await agent.start();
  await expectPages(receiver, ["firing", "resolved"]);
  const [page, allClear] = receiver.notifications();
  expect(allClear?.alerts[0]?.startsAt).toBe(page?.alerts[0]?.startsAt);
  expect(toldOf("takes alerts")).toBe(1);
});

test("an agent that is stopped ends no alert, and the next one goes on with it", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager({ folder, config: routeAtOnce(receiver) });
  const first = await startMaster(folder);
  const agent = await startPushingAgent(folder, { url: alertmanager.url, resolve_after: "0s" });
  await startSecond(folder);
  await expectPages(receiver, ["firing"]);
  const [before] = await alertmanager.alerts();
  await agent.end("SIGTERM");
  await agent.start();
  const after = await waitFor("the next agent to tell it again", async () => {
    const [held] = await alertmanager.alerts();
    return held !== undefined && held.endsAt !== before?.endsAt && held;
  });
  expect(after.startsAt).toBe(before?.startsAt);
  expect(pagesIn(receiver)).toEqual(["firing"]);
  await endStale(first);
  await agent.metrics(); // a scrape makes a scan; none of the files of the socket has changed
  await expectPages(receiver, ["firing", "resolved"]);
});

test("a pair of which one is killed: one page, one all-clear", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const pair = await startAlertmanagerPair({ folder, config: routeAtOnce(receiver, 5) });
  const urls = pair.map(({ url }) => url);
  const first = await startMaster(folder);
  const agent = await startPushingAgent(folder, { url: urls, resolve_after: "0s" });
  await startSecond(folder);
  for (const alertmanager of pair) {
    await waitFor("each to have the alert", async () => (await alertmanager.alerts()).length === 1);
  }
  await expectPages(receiver, ["firing"]);
  // it waits for the first one, and only then knows that somebody has been woken
  await waitFor("the other to have asked whether it is its turn", async () => {
    const { body } = await ask(`${pair[1].url}/metrics`);
    return Number(/^alertmanager_nflog_queries_total (\S+)$/m.exec(body)?.[1]) > 0;
  });
  process.kill(pair[0].pid, "SIGKILL");
  await endStale(first);
  await agent.metrics();
  await expectPages(receiver, ["firing", "resolved"], 30_000);
  await waitFor("the loss to be told", () =>
    agent.log().some((line) => line.startsWith(`${urls[0]}: alerts are not taken`)),
  );
});

test("an upgrade that overlaps for longer than confirm_for wakes nobody", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager({ folder, config: routeAtOnce(receiver) });
  const old = await startMaster(folder);
  const agent = await startPushingAgent(folder, { url: alertmanager.url, resolve_after: "0s" });
  signal(old.master, "SIGUSR2");
  const next = await waitFor("the new master", () =>
    childrenOf(old.master.pid).find(
      (one) => catchesLikeMaster(one) && heldListeners(one.pid).length > 0,
    ),
  );
  await waitFor("the overlap to last three times confirm_for", async () => {
    const { takenAt, sockets } = await agent.report();
    const successor = sockets[0]?.groups.find(({ role }) => role === "successor")?.master;
    const startedMs = Date.parse(successor?.startedAt ?? takenAt);
    return Date.parse(takenAt) - startedMs > 3_000;
  });
  signal(old.master, "SIGQUIT");
  await gone([old.master, ...old.workers]);
  await waitFor("one master", async () => (await agent.report()).verdict === "one-master");
  expect((await agent.report()).sockets[0]?.groups[0]?.master?.pid).toBe(next.pid);
  expect(await alertmanager.alerts()).toEqual([]);
  expect(receiver.notifications()).toEqual([]);
});
