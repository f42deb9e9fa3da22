import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { JournalEvent } from "../../agent/model/journal.ts";
import type { ReadFailure } from "../../agent/model/read.ts";
import { parseJournalEntry } from "../../agent/parse/journal-entry.ts";
import { startHost } from "../testbed/host.ts";
import { installPlatform, startPlatform } from "../testbed/incident.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { waitFor } from "../support/wait.ts";

const driver = fileURLToPath(new URL("journal-driver.ts", import.meta.url));

/** What the driver prints, one such object a line. */
export interface Said {
  readonly ready?: true;
  readonly event?: JournalEvent;
  readonly blind?: string | null;
  readonly stopped?: ReadFailure | null;
  readonly totals?: { readonly ended: number; readonly malformed: number };
  readonly pid?: number | null;
  readonly gaps?: { readonly malformed: number; readonly failure?: ReadFailure };
  readonly boots?: unknown;
  readonly time?: unknown;
}

const tick = `[Unit]
StartLimitIntervalSec=0
[Service]
Type=oneshot
ExecStart=/bin/true
`;

/** A host with the platform, its journal, and a program that follows it. */
export interface JournalHost extends TestHost {
  /** Starts a follower. What is absent: the platform's unit, its own new folder, ten times, root. */
  follower(options?: FollowerStart): Promise<HostFollower>;
  /** Starts a unit that ends at once so many times: each tells two events. */
  ticks(count: number): Promise<string>;
  /** The cursors of the entries of the last so many ticks, oldest first. */
  lastTicks(count: number): Promise<readonly string[]>;
  /** What the driver prints when it does something but follow. */
  ask(...words: readonly string[]): Promise<readonly Said[]>;
  /** False for a zombie too. */
  alive(pid: number): Promise<boolean>;
}

/** How to start a follower. */
export interface FollowerStart {
  readonly units?: readonly string[];
  readonly folder?: string;
  /** Its timers run so many times as fast, also those for what journalctl has 30 s. */
  readonly speed?: number;
  /** Words before the command, such as `setpriv …`. */
  readonly as?: string;
}

/** A follower on a host. */
export interface HostFollower {
  readonly folder: string;
  readonly pid: number;
  said(): Promise<readonly Said[]>;
  totals(): Promise<Said>;
  /** The pid of journalctl, once it follows. */
  following(): Promise<number>;
  /** All its events, once there are so many. */
  told(count: number): Promise<readonly JournalEvent[]>;
  /** Waits until this is the last that it said about what it sees. */
  blind(reason: string | null): Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts a host whose platform serves. */
export async function startJournalHost(release: Release): Promise<JournalHost> {
  const { outputFiles } = await build({
    entryPoints: [driver],
    bundle: true,
    platform: "node",
    format: "esm",
    write: false,
  });
  const host = await startHost({ release, name: "web1" });
  try {
    await host.write("/opt/driver.mjs", outputFiles[0]?.text ?? "");
    await host.write("/etc/systemd/system/tick.service", tick);
    await installPlatform(host, { holdMib: 1 });
    await startPlatform(host);
    await host.run("useradd --create-home mallory");
  } catch (error: unknown) {
    await host.stop();
    throw error;
  }
  let folders = 0;
  return {
    ...host,
    follower(options = {}) {
      folders += 1;
      return startFollower(host, { folder: `/opt/follower-${folders}`, ...options });
    },
    ticks: (count) => host.run(`for i in $(seq ${count}); do systemctl start tick.service; done`),
    lastTicks: async (count) => {
      const started = "39f53479d3a045ac8e11786248231fbf";
      const begun = "7d4958e842da4a758f6c1cdc7b36dcc5";
      const lines = await host.run(
        `journalctl --output=json --lines=${count * 2} --output-fields=UNIT _PID=1` +
          ` UNIT=tick.service MESSAGE_ID=${started} MESSAGE_ID=${begun}`,
      );
      return lines.split("\n").flatMap((line) => parseJournalEntry(line)?.cursor ?? []);
    },
    ask: async (...words) => linesOf(await host.run(["node", "/opt/driver.mjs", ...words])),
    alive: async (pid) => {
      const { exitCode, stdout } = await host.attempt(["cat", `/proc/${pid}/stat`]);
      return exitCode === 0 && !stdout.includes(") Z ");
    },
  };
}

async function startFollower(
  host: TestHost,
  { units = ["platform.service"], folder = "", speed = 10, as = "" }: FollowerStart,
): Promise<HostFollower> {
  const log = `${folder}/log`;
  await host.write(`${folder}/units`, `${units.join("\n")}\n`);
  await host.run(["chmod", "777", folder]);
  const command = `${as} $(which node) /opt/driver.mjs follow ${folder} ${speed}`;
  const start = `: >${log}; setsid ${command} >${log} 2>&1 </dev/null & echo $!`;
  const pid = Number(await host.run(start));
  const said = async (): Promise<readonly Said[]> => linesOf(await host.run(["cat", log]));
  const totals = async (): Promise<Said> => {
    const answers = async () => (await said()).filter((one) => one.totals !== undefined);
    const before = (await answers()).length;
    await host.run(["kill", "-HUP", `${pid}`]);
    return await waitFor("the totals", async () => (await answers()).at(before));
  };
  await waitFor("the follower to be up", async () => (await said()).some(({ ready }) => ready));
  return {
    folder,
    pid,
    said,
    totals,
    following: () =>
      waitFor("journalctl to follow", async () => {
        const { pid: child } = await totals();
        const { stdout } = await host.attempt(["cat", `/proc/${child}/cmdline`]);
        return stdout.includes("--follow") ? (child ?? undefined) : undefined;
      }),
    told: (count) =>
      waitFor(`${count} events`, async () => {
        const seen = (await said()).flatMap(({ event }) => event ?? []);
        return seen.length >= count && seen;
      }),
    blind: (reason) =>
      waitFor(`the follower to say: ${reason}`, async () => {
        const last = (await said()).findLast(({ blind }) => blind !== undefined);
        return last?.blind === reason;
      }),
    stop: async () => {
      await host.run(["kill", `${pid}`]);
      await waitFor("the follower to stop", async () => (await said()).at(-1)?.stopped === null);
    },
  };
}

/** A line that is not whole yet is left out. */
function linesOf(text: string): readonly Said[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Said);
}
