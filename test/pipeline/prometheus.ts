import { writeFileSync } from "node:fs";
import { type TestFolder } from "../support/folder.ts";
import { ask, askJson, type RunningServer, startServer } from "./server.ts";

/** Labels by name; of a series of the query API also its name, as `__name__`. */
export type Labels = Readonly<Record<string, string>>;

/** One series of an answer at one moment. */
export interface QuerySample {
  readonly labels: Labels;
  /** NaN and the infinities included. */
  readonly value: number;
}

/** An alert as Prometheus has it. */
export interface RuleAlert {
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
  /** ISO 8601. */
  readonly activeAt: string;
}

/** A target of a scrape, as Prometheus found it last. */
export interface ScrapeTarget {
  readonly labels: Labels;
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
}

/** A Prometheus that answers; it is killed when the test is finished. */
export interface RunningPrometheus extends RunningServer {
  /**
   * The series that an instant query gives, now or at a time in seconds since 1970. Throws when
   * Prometheus refuses the query.
   */
  query(expression: string, atSeconds?: number): Promise<readonly QuerySample[]>;
  /** Alerts that are pending or firing now. */
  alerts(): Promise<readonly RuleAlert[]>;
  /** The targets that are scraped. */
  targets(): Promise<readonly ScrapeTarget[]>;
  /** Writes another configuration and has it taken. Throws when it is refused. */
  reload(config: PrometheusConfig): Promise<void>;
}

/** What stands in prometheus.yml, with relative paths from the folder that it is started in. */
export type PrometheusConfig = Readonly<Record<string, unknown>>;

/** How to start a Prometheus, beside its configuration. */
export interface PrometheusOptions {
  readonly folder: TestFolder;
  readonly config: PrometheusConfig;
  /** The address it listens at; absent: 127.0.0.1. */
  readonly host?: string;
  /** More options for its command line. */
  readonly extra?: readonly string[];
}

let started = 0;

/**
 * Starts a Prometheus with this configuration on a free port, its data in the folder, and waits
 * until it is ready. Nothing is scraped but what `config` names.
 */
export async function startPrometheus(options: PrometheusOptions): Promise<RunningPrometheus> {
  const { folder, config, host = "127.0.0.1", extra = [] } = options;
  started += 1;
  const file = folder.at(`prometheus-${started}.yml`);
  writeConfig(file, config);
  const server = await startServer(folder, [
    "prometheus",
    `--config.file=${file}`,
    `--storage.tsdb.path=${folder.at(`prometheus-${started}`)}`,
    `--web.listen-address=${host}:0`,
    "--web.enable-lifecycle",
    // for five seconds after a start or a reload it knows no Alertmanager: what it says then is
    // lost, and by default said again after a minute
    "--rules.alert.resend-delay=2s",
    ...extra,
  ]);
  const api = `${server.url}/api/v1`;
  return {
    ...server,
    query: async (expression, atSeconds) => {
      const at = atSeconds === undefined ? "" : `&time=${atSeconds}`;
      return samplesOf(
        await askJson<QueryAnswer>(`${api}/query?query=${encodeURIComponent(expression)}${at}`),
      );
    },
    alerts: async () => {
      const { data } = await askJson<{ readonly data: { readonly alerts: readonly RuleAlert[] } }>(
        `${api}/alerts`,
      );
      return data.alerts;
    },
    targets: async () => {
      const { data } = await askJson<{
        readonly data: { readonly activeTargets: readonly ScrapeTarget[] };
      }>(`${api}/targets?state=active`);
      return data.activeTargets;
    },
    reload: async (next) => {
      writeConfig(file, next);
      const { status, body } = await ask(`${server.url}/-/reload`, { method: "POST" });
      if (status !== 200) throw new Error(`Prometheus refused the configuration: ${body}`);
    },
  };
}

function writeConfig(file: string, config: PrometheusConfig): void {
  // JSON is YAML
  writeFileSync(file, JSON.stringify(config));
}

type Point = readonly [seconds: number, value: string];

interface QueryAnswer {
  readonly data:
    | {
        readonly resultType: "vector";
        readonly result: readonly { readonly metric: Labels; readonly value: Point }[];
      }
    | { readonly resultType: "scalar"; readonly result: Point };
}

function samplesOf({ data }: QueryAnswer): readonly QuerySample[] {
  switch (data.resultType) {
    case "vector":
      return data.result.map(({ metric, value }) => ({ labels: metric, value: numberOf(value) }));
    case "scalar":
      return [{ labels: {}, value: numberOf(data.result) }];
  }
}

/** Prometheus writes numbers as Go does, whose infinities JavaScript does not read. */
function numberOf([, text]: Point): number {
  return Number(text.replace("Inf", "Infinity"));
}
