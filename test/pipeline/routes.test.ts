import { spawnSync } from "node:child_process";
import { beforeEach, describe, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { type PostedAlert, startAlertmanager } from "./alertmanager.ts";
import { checkout } from "./checkout.ts";
import { exampleRoutes } from "./examples.ts";
import type { Labels } from "./prometheus.ts";
import { startReceiver } from "./receiver.ts";

const file = `${checkout}/deploy/alertmanager/alertmanager.yml`;

beforeEach((context) => requireReal(context, "alertmanager"));

describe("the example of Alertmanager", () => {
  test("is sound to amtool", () => {
    const { status, stdout, stderr } = amtool("check-config", file);
    expect({ status, stderr, ok: stdout.includes("SUCCESS") }).toEqual({
      status: 0,
      stderr: "",
      ok: true,
    });
  });

  test.each([
    ["a second master wakes somebody", "OnemasterDuplicateMaster", "critical", "onemaster-page"],
    ["an agent that is down wakes somebody", "OnemasterDown", "critical", "onemaster-page"],
    ["so does a cluster", "OnemasterFleetUnserved", "critical", "onemaster-page"],
    ["a blind agent waits", "OnemasterBlind", "warning", "onemaster-ticket"],
    [
      "a unit that will duplicate waits",
      "OnemasterUnitWillDuplicate",
      "warning",
      "onemaster-ticket",
    ],
    ["others go where they went", "NodeDown", "critical", "others"],
  ])("routes: %s", (_, alertname, severity, receiver) => {
    const labels = [`alertname=${alertname}`, `severity=${severity}`, "instance=vm:10709"];
    const { stdout } = amtool("config", "routes", "test", `--config.file=${file}`, ...labels);
    expect(stdout.trim()).toBe(receiver);
  });
});

/** Alerts of one cause, which is the cluster they are in, and those of them that are told. */
interface Cause {
  readonly fired: readonly Labels[];
  readonly told: readonly string[];
}

const host = { instance: "vm:10709" };
const socket = { ...host, socket: "/run/shop.sock" };

/** By what happened. Every alert also has the name of its cause as its cluster. */
const causes: Readonly<Record<string, Cause>> = {
  "a second master, with its memory and the unit it comes of": {
    fired: [
      { ...critical("OnemasterDuplicateMaster"), ...socket },
      { ...warning("OnemasterOrphanMemory"), ...socket },
      { ...warning("OnemasterUnitWillDuplicate"), ...host, unit: "platform.service" },
      { ...warning("OnemasterLeftoversAfterStop"), ...host, unit: "platform.service" },
    ],
    told: ["OnemasterDuplicateMaster vm:10709"],
  },
  "a second master on one socket and orphaned workers on another": {
    fired: [
      { ...critical("OnemasterDuplicateMaster"), ...socket },
      { ...warning("OnemasterOrphanedWorkers"), ...host, socket: "/run/other.sock" },
      { ...warning("OnemasterOrphanMemory"), ...host, socket: "/run/other.sock" },
    ],
    told: ["OnemasterDuplicateMaster vm:10709", "OnemasterOrphanedWorkers vm:10709"],
  },
  "a socket that nobody reaches while its old master drains": {
    fired: [
      { ...critical("OnemasterSocketUnreachable"), ...socket },
      { ...warning("OnemasterHandoverStuck"), ...socket },
      { ...warning("OnemasterOrphanMemory"), ...socket },
    ],
    told: ["OnemasterSocketUnreachable vm:10709"],
  },
  "a host that is down, with warnings and a page that it pushes itself": {
    fired: [
      { ...critical("OnemasterDown"), ...host },
      { ...warning("OnemasterScansLate"), ...host },
      { ...warning("OnemasterBlind"), ...host, what: "fd-links" },
      { ...critical("OnemasterDuplicateMaster"), ...socket },
      { ...warning("OnemasterBlind"), instance: "other:10709", what: "fd-links" },
    ],
    told: [
      "OnemasterBlind other:10709",
      "OnemasterDown vm:10709",
      "OnemasterDuplicateMaster vm:10709",
    ],
  },
  "a second failure that opens the breaker": {
    fired: [
      { ...warning("OnemasterBreakerOpen"), ...host },
      { ...warning("OnemasterRemediationFailed"), ...socket },
    ],
    told: ["OnemasterBreakerOpen vm:10709"],
  },
  "second masters on two hundred hosts": {
    fired: [
      critical("OnemasterFleetDuplicates"),
      ...hosts(200).map((instance) => ({
        ...critical("OnemasterDuplicateMaster"),
        instance,
        socket: "/run/shop.sock",
      })),
      ...hosts(200).map((instance) => ({
        ...warning("OnemasterOrphanMemory"),
        instance,
        socket: "/run/shop.sock",
      })),
    ],
    told: ["OnemasterFleetDuplicates"],
  },
  "two hundred hosts that vanish": {
    fired: [
      critical("OnemasterFleetDown"),
      ...hosts(200).map((instance) => ({ ...critical("OnemasterDown"), instance })),
    ],
    told: ["OnemasterFleetDown"],
  },
  "two hundred hosts that nobody reaches, one of them also with a second master on another socket":
    {
      fired: [
        critical("OnemasterFleetUnserved"),
        ...hosts(200).map((instance, index) => ({
          ...critical(index < 100 ? "OnemasterSocketUnreachable" : "OnemasterNoMaster"),
          instance,
          socket: "/run/shop.sock",
        })),
        {
          ...critical("OnemasterDuplicateMaster"),
          instance: "host-7:10709",
          socket: "/run/b.sock",
        },
      ],
      told: ["OnemasterDuplicateMaster host-7:10709", "OnemasterFleetUnserved"],
    },
  "two hundred agents that are blind": {
    fired: [
      warning("OnemasterFleetBlind"),
      ...hosts(200).map((instance) => ({ ...warning("OnemasterBlind"), instance, what: "memory" })),
    ],
    told: ["OnemasterFleetBlind"],
  },
};

test("one cause is told once, to whoever it is for, however many alerts it makes", async () => {
  const folder = testFolder();
  const receiver = await startReceiver();
  const alertmanager = await startAlertmanager({ folder, config: exampleRoutes(receiver) });
  const posted = Object.entries(causes).flatMap(([cluster, { fired }]) =>
    fired.map((labels): PostedAlert => ({ labels: { job: "onemaster", cluster, ...labels } })),
  );
  await alertmanager.post(posted);
  const expected = Object.fromEntries(
    Object.entries(causes).map(([cluster, { told }]) => [cluster, told]),
  );
  // one notification for each group of those that are told
  const groups = Object.values(causes).flatMap(({ told }) => told).length;
  await waitFor(
    `${groups} notifications`,
    () => receiver.notifications().length >= groups,
    30_000,
  ).catch(() => undefined);
  const alerts = receiver.notifications().flatMap((one) => one.alerts);
  expect(byCluster(alerts.map(({ labels }) => labels))).toEqual(expected);
  expect(receiver.notifications()).toHaveLength(groups);
  for (const { receiver: name, commonLabels } of receiver.notifications()) {
    const meant = commonLabels["severity"] === "critical" ? "onemaster-page" : "onemaster-ticket";
    expect(name).toBe(meant);
  }
  // the others are there, and held back for a reason
  const held = (await alertmanager.alerts()).filter(({ status }) => status.state === "suppressed");
  expect(held).toHaveLength(posted.length - groups);
  expect(held.every(({ status }) => status.inhibitedBy.length > 0)).toBe(true);
});

function critical(alertname: string): Labels {
  return { alertname, severity: "critical" };
}

function warning(alertname: string): Labels {
  return { alertname, severity: "warning" };
}

function hosts(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `host-${index}:10709`);
}

function byCluster(told: readonly Labels[]): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  for (const { cluster = "", alertname, instance = "" } of told) {
    (found[cluster] ??= []).push(`${alertname} ${instance}`.trimEnd());
  }
  for (const names of Object.values(found)) names.sort();
  return found;
}

function amtool(...parameters: readonly string[]) {
  return spawnSync("amtool", parameters, { encoding: "utf8" });
}
