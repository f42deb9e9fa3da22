import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { AlertmanagerConfig } from "./alertmanager.ts";
import { checkout } from "./checkout.ts";
import type { PrometheusConfig } from "./prometheus.ts";
import type { Receiver } from "./receiver.ts";

/** Where the packages put what `deploy/` and `rules/` hold. */
const installedAt = "/usr/share/onemaster/";

/** The text of a file of the checkout with installed paths turned into those of the checkout. */
export function example(path: string): string {
  return readFileSync(`${checkout}/${path}`, "utf8").replaceAll(installedAt, `${checkout}/`);
}

/**
 * deploy/alertmanager/alertmanager.yml with each of its receivers at this one, and with the
 * patience of a test: it tells within seconds, and warnings at any hour.
 */
export function exampleRoutes(receiver: Receiver): AlertmanagerConfig {
  const config = parse(example("deploy/alertmanager/alertmanager.yml")) as AlertmanagerConfig & {
    readonly route: unknown;
    readonly receivers: readonly { readonly name: string }[];
  };
  return {
    ...config,
    route: withTestsPatience(config.route),
    receivers: config.receivers.map(({ name }) => ({
      name,
      webhook_configs: [{ url: receiver.urlOf(name) }],
    })),
  };
}

/**
 * deploy/prometheus/one-host.yml with this agent as its target and this Alertmanager, with rules
 * and what they wait for as they are shipped; only an evaluation comes every second, and a scrape
 * every five: it has to be over by then, and one that is not ends an alert that fires.
 */
export function exampleOfOneHost(agent: string, alertmanager: string): PrometheusConfig {
  const text = example("deploy/prometheus/one-host.yml")
    .replace("127.0.0.1:10709", agent)
    .replace("127.0.0.1:9093", alertmanager)
    .replaceAll("scrape_interval: 15s", "scrape_interval: 5s")
    .replaceAll("evaluation_interval: 15s", "evaluation_interval: 1s");
  return parse(text) as PrometheusConfig;
}

/** The rules as they are shipped, but for the minute of the duplicate, which is 5 s. */
export function impatientRules(): string {
  const rules = example("rules/onemaster.rules.yml");
  const impatient = rules.replace(
    /(alert: OnemasterDuplicateMaster\n(?:.*\n)*?\s+for: )1m/,
    "$15s",
  );
  if (impatient === rules) throw new Error("the rule of the duplicate waits for no minute");
  return impatient;
}

/** The routes with other times, whatever these are. */
function withTestsPatience(route: unknown): unknown {
  if (Array.isArray(route)) return route.map(withTestsPatience);
  if (typeof route !== "object" || route === null) return route;
  return Object.fromEntries(
    Object.entries(route).flatMap(([key, value]) => {
      if (key === "active_time_intervals") return [];
      if (key === "group_wait") return [[key, "2s"]];
      if (key === "group_interval") return [[key, "1s"]];
      return [[key, withTestsPatience(value)]];
    }),
  );
}
