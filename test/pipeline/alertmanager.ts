import { writeFileSync } from "node:fs";
import type { TestFolder } from "../support/folder.ts";
import { waitFor } from "../support/wait.ts";
import type { Labels } from "./prometheus.ts";
import { ask, askJson, type RunningServer, startServer } from "./server.ts";

/** An alert as Alertmanager has it. */
export interface HeldAlert {
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly status: {
    readonly state: "unprocessed" | "active" | "suppressed";
    /** Fingerprints of alerts for which this one is held back. */
    readonly inhibitedBy: readonly string[];
    readonly silencedBy: readonly string[];
  };
  readonly receivers: readonly { readonly name: string }[];
}

/** What is posted to make an alert, or to end it by `endsAt` in the past. */
export interface PostedAlert {
  readonly labels: Labels;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt?: string;
  readonly endsAt?: string;
}

/** An Alertmanager that answers; it is killed when the test is finished. */
export interface RunningAlertmanager extends RunningServer {
  /** `host:port`, as Prometheus wants it in static_configs. */
  readonly address: string;
  /** Where others of its cluster reach it; undefined where it is alone. */
  readonly clusterAddress: string | undefined;
  /** Alerts that have not ended, those held back included. */
  alerts(): Promise<readonly HeldAlert[]>;
  /** Takes alerts as one that pushes directly would give them. Throws when they are refused. */
  post(alerts: readonly PostedAlert[]): Promise<void>;
}

/** What stands in alertmanager.yml. */
export type AlertmanagerConfig = Readonly<Record<string, unknown>>;

/** How to start an Alertmanager, beside its configuration. */
export interface AlertmanagerOptions {
  readonly folder: TestFolder;
  readonly config: AlertmanagerConfig;
  /** The address it listens at, and gossips at; absent: 127.0.0.1. */
  readonly host?: string;
  /** Absent: it is alone. Else the cluster that it joins, empty for the first one. */
  readonly cluster?: readonly RunningAlertmanager[];
}

let started = 0;

/** Starts an Alertmanager on a free port, its data in the folder, and waits until it is ready. */
export async function startAlertmanager(
  options: AlertmanagerOptions,
): Promise<RunningAlertmanager> {
  const { folder, config, host = "127.0.0.1", cluster } = options;
  started += 1;
  const file = folder.at(`alertmanager-${started}.yml`);
  // JSON is YAML
  writeFileSync(file, JSON.stringify(config));
  const server = await startServer(folder, [
    "prometheus-alertmanager",
    `--config.file=${file}`,
    `--storage.path=${folder.at(`alertmanager-${started}`)}`,
    `--web.listen-address=${host}:0`,
    `--cluster.listen-address=${cluster === undefined ? "" : `${host}:0`}`,
    // the defaults are for networks: a test has less patience
    ...(cluster === undefined ? [] : ["--cluster.settle-timeout=2s", "--cluster.peer-timeout=2s"]),
    ...(cluster ?? []).map((peer) => `--cluster.peer=${peer.clusterAddress}`),
  ]);
  const api = `${server.url}/api/v2`;
  const joined = cluster === undefined ? undefined : await join(api, cluster.length + 1);
  return {
    ...server,
    address: new URL(server.url).host,
    clusterAddress: joined,
    alerts: async () => await askJson<readonly HeldAlert[]>(`${api}/alerts`),
    post: async (alerts) => {
      const { status, body } = await ask(`${api}/alerts`, { method: "POST", json: alerts });
      if (status !== 200) throw new Error(`${server.url} refused alerts: ${status} ${body}`);
    },
  };
}

/** A cluster of two, both with this configuration. */
export async function startAlertmanagerPair(
  options: Omit<AlertmanagerOptions, "cluster">,
): Promise<readonly [RunningAlertmanager, RunningAlertmanager]> {
  const first = await startAlertmanager({ ...options, cluster: [] });
  return [first, await startAlertmanager({ ...options, cluster: [first] })];
}

interface ClusterStatus {
  readonly cluster: {
    readonly name?: string;
    readonly status: "ready" | "settling" | "disabled";
    readonly peers?: readonly { readonly name: string; readonly address: string }[];
  };
}

/** Waits for a cluster of `size` to have settled: before that it notifies nobody. */
function join(api: string, size: number): Promise<string> {
  return waitFor(
    `an Alertmanager to be one of ${size}`,
    async () => {
      const { cluster } = await askJson<ClusterStatus>(`${api}/status`);
      const { name, peers = [] } = cluster;
      if (cluster.status !== "ready" || peers.length !== size) return undefined;
      return peers.find((peer) => peer.name === name)?.address;
    },
    30_000,
  );
}
