import { once } from "node:events";
import { createServer } from "node:http";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { AlertmanagerState } from "../../../agent/model/alert.ts";
import type { Report } from "../../../agent/model/report.ts";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import type { AlertmanagerSettings, Settings } from "../../../agent/model/settings.ts";
import { createAgentAlerts } from "../../../agent/run/agent-alerts.ts";
import { systemClock } from "../../../agent/run/clock.ts";
import { waitFor } from "../../support/wait.ts";
import { duplicateSocket, reportOf, socketPath, soundSocket } from "../expose/reports.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Posted {
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

/** An Alertmanager of the test, which keeps what it is told. */
export async function startAlertmanager() {
  const told: string[] = [];
  const posts: Posted[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      const nowMs = Date.now();
      if (status === 200) {
        for (const one of JSON.parse(body) as readonly Posted[]) {
          posts.push(one);
          const name = one.labels["alertname"]?.replace("Onemaster", "");
          told.push(Date.parse(one.endsAt) > nowMs ? `${name} fires` : `${name} is over`);
        }
      }
      response.writeHead(status).end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    told,
    posts,
    answerWith: (next: number) => (status = next),
  };
}

const { orphanMemory } = soundSocket();
/** A sound socket. */
export const sound = reportOf([soundSocket()]);
/** A confirmed duplicate on it. */
export const duplicate = reportOf([duplicateSocket({ orphanMemory })]);
/** A duplicate that is not confirmed. */
export const suspected = reportOf([duplicateSocket({ orphanMemory, confirmed: false })]);
const cleared = {
  change: "cleared",
  socket: socketPath,
  kind: "duplicate",
  sinceMs: 0,
  wasConfirmed: true,
} as const;
/** What a scan shows that could not see. */
export const blind = reportOf([soundSocket({ verdict: "unknown" })], { verdict: "unknown" });

/** A state directory of the test. */
export function stateFolder(): string {
  return temporaryFolder("alerting");
}

/** The pushing part of an agent, fed with reports of the test. */
export async function startAgent(
  stateDir: string,
  alertmanagerSettings: Partial<AlertmanagerSettings>,
) {
  let settings = withSettings(alertmanagerSettings);
  const lines: string[] = [];
  let states: readonly AlertmanagerState[] = [];
  let stateFailures = 0;
  const logger = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const alerts = createAgentAlerts({
    settings: () => settings,
    stateDir,
    port: () => 10_709,
    clock: systemClock,
    metrics: {
      showAlertmanagers: (next) => (states = next),
      countStateFailure: () => (stateFailures += 1),
    },
    logger,
    look: () => sees(last),
  });
  let last = sound;
  function sees(report: Report): void {
    const ends = last.verdict === "duplicate" && report.verdict === "one-master";
    last = report;
    alerts.scanned(report, undefined, ends ? [cleared] : []);
  }
  onTestFinished(async () => await alerts.stop());
  await alerts.start();
  return {
    sees,
    set: (next: Partial<AlertmanagerSettings>) => (settings = withSettings(next)),
    stop: () => alerts.stop(),
    lines: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    states: () => states,
    stateFailures: () => stateFailures,
  };
}

function withSettings(changes: Partial<AlertmanagerSettings>): Settings {
  const alertmanager = { ...defaultSettings.alertmanager, resolveAfterMs: 0, ...changes };
  return { ...defaultSettings, alertmanager };
}

/** Waits for an Alertmanager to have been told exactly this. */
export function expectTold(told: readonly string[], wanted: readonly string[]): Promise<boolean> {
  return waitFor(wanted.join(", "), () => JSON.stringify(told) === JSON.stringify(wanted), 15_000);
}

/** What an Alertmanager is told. */
export const fires = "DuplicateMaster fires";
/** The same, once it is over. */
export const over = "DuplicateMaster is over";
