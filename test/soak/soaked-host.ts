import { readFileSync } from "node:fs";
import { startHost, type ContainerHost } from "../testbed/host.ts";
import { installPlatform } from "../testbed/incident.ts";
import {
  installAgent,
  metricsOf,
  reportOf,
  startAgentService,
} from "../testbed/installed-agent.ts";
import type { Release } from "../testbed/test-host.ts";
import type { MetricsPage } from "../support/metrics.ts";
import { waitFor } from "../support/wait.ts";
import { follow } from "./follow.ts";
import { observe, type Observer } from "./observer.ts";
import { nativeFolder, nativeUnit, soakPlaces, soakWorkers } from "./places.ts";

const agentUnit = "onemaster.service";
const settingsFile = "/etc/onemaster/onemaster.yml";
const production = new URL("../testbed/incident/native.service", import.meta.url);
const places = Object.values(soakPlaces);

/** A host with both services, the agent as a service, and a second observer of the truth. */
export interface SoakedHost {
  readonly host: ContainerHost;
  readonly observer: Observer;
  /** What the agent has logged so far, one line each. */
  readonly log: readonly string[];
  metrics(): Promise<MetricsPage>;
  /** From now on the agent is told which sockets to watch; so far it found them. */
  configureSockets(): Promise<void>;
  /** The verdict of one more look of the agent's, at the end. */
  lastVerdict(): Promise<string>;
  /**
   * Stops the agent and waits for the last line of its log. Throws unless it had run without a
   * break, ends as asked, and the journal has dropped nothing of what it said.
   */
  stopAgent(): Promise<void>;
  /** Rejects when the truth or the log cannot be followed any more. */
  readonly ended: Promise<never>;
}

/** Starts a host on which everything runs and the agent has had its first look. */
export async function startSoakedHost(release: Release, confirmForMs: number): Promise<SoakedHost> {
  const host = await startHost({ release, name: release });
  try {
    return await prepared(host, confirmForMs);
  } catch (error: unknown) {
    await host.stop();
    throw error;
  }
}

async function prepared(host: ContainerHost, confirmForMs: number): Promise<SoakedHost> {
  await installServices(host);
  await host.run(["systemctl", "start", ...places.map(({ unit }) => unit)]);
  await installAgent(host);
  const scan = { confirm_for: `${confirmForMs}ms` };
  const observer = await observe(host, places, agentUnit);
  await startAgentService(host, { scan });
  const agentPid = Number(await propertyOf(host, "MainPID"));
  const log: string[] = [];
  // only what the agent itself wrote, not what systemd says of it
  const entries = ["--lines=all", "--output=cat", `_SYSTEMD_UNIT=${agentUnit}`];
  const following = follow(host.initPid, ["journalctl", "--follow", ...entries], (line) => {
    log.push(line);
  });
  const ended = Promise.race([observer.ended, following.ended]);
  ended.catch(() => undefined);
  return {
    host,
    observer,
    log,
    metrics: () => metricsOf(host),
    configureSockets: () => configureSockets(host, { scan, sockets: asSettings() }),
    lastVerdict: async () => (await reportOf(host)).verdict,
    stopAgent: () => stopAgent(host, agentPid, log),
    ended,
  };
}

async function installServices(host: ContainerHost): Promise<void> {
  const gunicornOptions = `-w ${soakWorkers}`;
  await installPlatform(host, { service: "sysv", holdMib: 1, gunicornOptions });
  const app = new URL("../testbed/incident/run.py", import.meta.url);
  await host.write(`${nativeFolder}/run.py`, readFileSync(app));
  await host.run(`install -d -o www-data -g www-data ${nativeFolder} ${nativeFolder}/logs`);
  const unit = nativeUnit(readFileSync(production, "utf8"));
  await host.write(`/etc/systemd/system/${soakPlaces.native.unit}`, unit);
  for (const { unit: name } of places) {
    // systemd refuses a sixth start within ten seconds
    const limit = "[Unit]\nStartLimitIntervalSec=0\n";
    await host.write(`/etc/systemd/system/${name}.d/soak.conf`, limit);
  }
  await host.run(["systemctl", "daemon-reload"]);
}

function asSettings(): readonly Readonly<Record<string, unknown>>[] {
  return places.map(({ path, unit, pidfile }) => ({ path, unit, pidfile }));
}

async function configureSockets(host: ContainerHost, settings: unknown): Promise<void> {
  const loads = async (): Promise<number | undefined> =>
    (await metricsOf(host)).find(
      ({ name }) => name === "onemaster_settings_reload_timestamp_seconds",
    )?.value;
  const before = await loads();
  // whole at once: half a file that stays for a moment is refused, and that is no fault
  const unfinished = `${settingsFile}.new`;
  await host.write(unfinished, JSON.stringify(settings));
  await host.run(["mv", unfinished, settingsFile]);
  await waitFor("the agent to take its new settings", async () => (await loads()) !== before);
}

async function stopAgent(
  host: ContainerHost,
  agentPid: number,
  log: readonly string[],
): Promise<void> {
  const pid = Number(await propertyOf(host, "MainPID"));
  if (pid !== agentPid) {
    throw new Error(`${host.name}: the agent was process ${agentPid} and is ${pid}`);
  }
  await host.run(["systemctl", "stop", agentUnit]);
  const result = await propertyOf(host, "Result");
  if (result !== "success") {
    throw new Error(`${host.name}: the agent did not end as it should: ${result}`);
  }
  await waitFor(`${host.name}: the last line of the agent's log`, () =>
    log.some((line) => line.includes('"msg":"stopping"')),
  );
  const journald = ["--unit=systemd-journald.service", "--output=cat", "--no-pager"];
  const dropped = /^Suppressed .*onemaster.*$/m.exec(await host.run(["journalctl", ...journald]));
  if (dropped !== null) {
    throw new Error(`${host.name}: not all of the agent's log was kept: ${dropped[0]}`);
  }
}

async function propertyOf(host: ContainerHost, name: string): Promise<string> {
  const show = ["systemctl", "show", "--value", `--property=${name}`, agentUnit];
  return (await host.run(show)).trim();
}
