import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Report } from "../../agent/model/report.ts";
import { builtAgent, isReport } from "../support/agent.ts";
import type { TestFolder } from "../support/folder.ts";
import { asInProduction, type Gunicorn, startGunicorn } from "../support/gunicorn.ts";
import { requestPort } from "../support/http.ts";
import { type MetricsPage, readMetrics } from "../support/metrics.ts";
import { freePort } from "../support/port.ts";
import { exitOf, startProgram } from "../support/program.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";
import type { Receiver } from "./receiver.ts";

/** An agent that pushes, whose port and state outlive it. */
export interface PushingAgent {
  readonly port: number;
  readonly socket: string;
  /** Ends it by this signal, and waits until it is gone. */
  end(by: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Starts it again. */
  start(): Promise<void>;
  report(): Promise<Report>;
  metrics(): Promise<MetricsPage>;
  /** Messages of its log since it was started last, without their first words, its URL. */
  log(): readonly string[];
}

/** Starts an agent that watches one socket of the folder, confirms within a second, and pushes. */
export async function startPushingAgent(
  folder: TestFolder,
  alertmanager: Readonly<Record<string, unknown>>,
): Promise<PushingAgent> {
  const port = await freePort();
  const socket = folder.at("sampleplatform.sock");
  const config = folder.at("onemaster.yml");
  // JSON is YAML
  const settings = {
    sockets: [{ path: socket }],
    scan: { confirm_for: "1s" },
    web: { listen: `127.0.0.1:${port}` },
    journal: { enabled: false },
    alertmanager,
    state_dir: folder.at("state"),
  };
  writeFileSync(config, JSON.stringify(settings));
  let running = run();

  function run() {
    return startProgram({
      folder,
      command: [process.execPath, builtAgent, "run", "--config", config],
    });
  }

  async function ready(): Promise<void> {
    await waitFor("the agent to be ready", async () => {
      return (await requestPort(port, "/-/ready")).status === 200;
    });
  }

  await ready();
  return {
    port,
    socket,
    async end(by) {
      running.child.kill(by);
      await exitOf(running.child);
    },
    async start() {
      running = run();
      await ready();
    },
    async report() {
      const report: unknown = JSON.parse((await requestPort(port, "/api/v1/status")).body);
      if (!isReport(report)) throw new Error("no report");
      return report;
    },
    metrics: async () => readMetrics((await requestPort(port, "/metrics")).body),
    log: () =>
      readFileSync(running.outputPath, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { readonly msg: string }).msg),
  };
}

/** Starts the production service once. */
export function startMaster(folder: TestFolder): Promise<Gunicorn> {
  return startGunicorn(asInProduction(folder));
}

/** Starts it a second time as in the incident: the pidfile is lost, so nothing holds it back. */
export async function startSecond(folder: TestFolder): Promise<Gunicorn> {
  rmSync(folder.at("gunicorn.pid"));
  return await startMaster(folder);
}

/** Ends a stale group by SIGKILL, by which nothing is unlinked. */
export async function endStale({ master, workers }: Gunicorn): Promise<void> {
  signal(master, "SIGKILL");
  for (const worker of workers) signal(worker, "SIGKILL");
  await gone([master, ...workers]);
}

/**
 * The configuration of an Alertmanager that wakes somebody at once, as the documents have it. One
 * of a pair goes by what it knew before it waited for the other's turn (--cluster.peer-timeout): a
 * group's interval that is not longer has it wake somebody again for what is over.
 */
export function routeAtOnce(receiver: Receiver, groupIntervalS = 1) {
  return {
    route: {
      receiver: "pager",
      group_by: ["alertname", "cluster"],
      group_wait: "0s",
      group_interval: `${groupIntervalS}s`,
      repeat_interval: "4h",
    },
    receivers: [{ name: "pager", webhook_configs: [{ url: receiver.urlOf("pager") }] }],
  };
}

/** What somebody was told of duplicates, oldest first. */
export function pagesIn(receiver: Receiver): readonly string[] {
  return receiver.notifications().flatMap(({ alerts }) =>
    alerts.flatMap(({ status, labels }) => {
      const name = labels["alertname"] ?? "";
      return name === "OnemasterDuplicateMaster" ? [status] : [];
    }),
  );
}

/** Waits for exactly these pages. */
export async function expectPages(
  receiver: Receiver,
  wanted: readonly string[],
  timeoutMs = 60_000,
): Promise<void> {
  await waitFor(
    `the pages ${wanted.join(", ")}`,
    () => pagesIn(receiver).join() === wanted.join(),
    timeoutMs,
  ).catch((error: unknown) => {
    throw new Error(`came: ${pagesIn(receiver).join(", ")}`, { cause: error });
  });
}
