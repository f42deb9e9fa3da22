import { expect, type TestContext } from "vitest";
import type { Report, SocketReport } from "../../agent/model/report.ts";
import { reduced, type Seen } from "../support/seen.ts";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost, HostOptions } from "../testbed/host.ts";
import {
  answering,
  installPlatform,
  platform,
  type PlatformOptions,
  startPlatform,
} from "../testbed/incident.ts";
import { checkOn, installAgent, statusOn } from "../testbed/installed-agent.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { settledTruth, type Truth } from "./truth.ts";

/** A host for this test on which the SysV platform runs and the agent is installed. */
export async function sysvPlatform(
  context: TestContext,
  release: Release,
  options: Omit<PlatformOptions, "service"> & Pick<HostOptions, "goesFirst"> = {},
): Promise<{ readonly host: ContainerHost; readonly truth: Truth }> {
  const { goesFirst = false } = options;
  const host = await testHost(context, { release, name: "web1", goesFirst });
  await installPlatform(host, options);
  await installAgent(host);
  await startPlatform(host);
  return { host, truth: await settledTruth(host, "the platform with all its workers") };
}

/**
 * Stops the platform and starts it, and waits until it answers. In between all of it has left: a
 * start before that finds the pidfile of a living master and refuses, which nobody would mend.
 */
export async function stopAndStart(host: TestHost): Promise<void> {
  await host.run(["systemctl", "stop", platform.unit]);
  await waitFor(
    "all of the platform to have left",
    async () => (await host.attempt(["pgrep", "gunicorn"])).exitCode === 1,
    // a worker that was still booting has missed TERM: gunicorn waits for it for 30 s
    60_000,
  );
  await host.run(["systemctl", "start", platform.unit]);
  await answering(host);
}

/** One look of the agent at the platform's path, with the exit code of `check` for it. */
export async function lookOn(host: TestHost): Promise<Seen> {
  const asked = ["--socket", platform.socket];
  const [report, checked] = await Promise.all([statusOn(host, ...asked), checkOn(host, ...asked)]);
  return { ...reduced(onlySocket(report)), checkExit: checked.exitCode };
}

/** The one socket of a report. Throws unless there is exactly one. */
export function onlySocket({ sockets }: Report): SocketReport {
  const [socket, ...more] = sockets;
  if (socket === undefined || more.length > 0) {
    throw new Error(`${sockets.length} sockets were reported, not one`);
  }
  return socket;
}

/** Properties of units as `systemctl show` prints them, unit after unit. */
export async function unitProperties(
  host: TestHost,
  units: readonly string[],
  names: readonly string[],
): Promise<readonly Readonly<Record<string, string>>[]> {
  const shown = await host.run(["systemctl", "show", ...units, `--property=${names.join(",")}`]);
  return shown
    .trimEnd()
    .split("\n\n")
    .map((unit) => Object.fromEntries(unit.split("\n").map((line) => split(line, "="))));
}

/** Pids that systemd's journal names for the platform, each time it does, in ascending order. */
export async function namedInJournal(
  host: TestHost,
): Promise<{ readonly remaining: readonly number[]; readonly leftOver: readonly number[] }> {
  const command = ["journalctl", "--boot", "--no-pager", "--output=cat"];
  const journal = await host.run([...command, "_PID=1", `UNIT=${platform.unit}`]);
  const named = (sentence: RegExp): readonly number[] =>
    [...journal.matchAll(sentence)].map((found) => Number(found[1])).toSorted(ascending);
  return {
    remaining: named(/Unit process (\d+) \(.*\) remains running after unit stopped\.$/gm),
    leftOver: named(/Found left-over process (\d+) \(.*\) in control group while starting unit/gm),
  };
}

/** All processes of a master in this truth, in ascending order. Throws when it is not there. */
export function groupPids({ masters }: Truth, master: number): readonly number[] {
  const found = masters.find(({ pid }) => pid === master);
  expect(found, `master ${master} among ${JSON.stringify(masters)}`).toBeDefined();
  return [master, ...(found?.workers ?? [])].toSorted(ascending);
}

/** One line of the agent's log, reduced to what is compared. */
interface Change {
  /** 30: info, 40: warning. */
  readonly level: unknown;
  readonly verdict: unknown;
  readonly confirmed: unknown;
}

/**
 * The changes of state that the running agent has logged, and its other lines as they read.
 * Throws when it has written a line that is no JSON.
 */
export async function loggedBy(
  host: TestHost,
): Promise<{ readonly changes: readonly Change[]; readonly others: readonly string[] }> {
  // not --unit, which adds what systemd says of the unit
  const matches = ["--output=cat", "_SYSTEMD_UNIT=onemaster.service"];
  const log = await host.run(["journalctl", "--boot", "--no-pager", ...matches]);
  const lines = log
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line));
  return {
    changes: lines
      .filter((line) => "socket" in line)
      .map(({ level, verdict, confirmed }) => ({ level, verdict, confirmed })),
    others: lines.filter((line) => !("socket" in line)).map(({ msg }) => String(msg)),
  };
}

/**
 * A new master unlinks the path, binds it and then listens, and in between nobody owns it. Whether
 * two looks in a row fall into that is chance, so an unconfirmed `unreachable` is left out here.
 */
export function withoutGap(changes: readonly Change[]): readonly Change[] {
  return changes.filter(
    ({ verdict, confirmed }) => verdict !== "unreachable" || confirmed === true,
  );
}

function ascending(one: number, other: number): number {
  return one - other;
}

function split(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}
