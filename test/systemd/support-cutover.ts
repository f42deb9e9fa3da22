import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { expect, type TestContext } from "vitest";
import type { CutoverRecord } from "../../agent/model/cutover-record.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { platform } from "../testbed/incident.ts";
import type { Load } from "../testbed/load.ts";
import type { HostRan, TestHost } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { stateDir } from "./support-acting.ts";
import { mainPid } from "./support-truth.ts";
import { unitProperties } from "./sysv-platform.ts";
import { settledTruth, type Truth } from "./truth.ts";

/** The native unit's file, as a cutover writes it. */
export const nativeFile = `/etc/systemd/system/${platform.unit}`;

/** The scope that old groups are moved into. */
const scope = "onemaster-before-platform.scope";

/** The instant of the new bind: at the rates of these tests, so many requests at most meet it. */
const MOST_FAILED = 2;
const patienceMs = 120_000;

/** Runs `onemaster cutover`. */
export function cutoverOn(host: TestHost, ...words: readonly string[]): Promise<HostRan> {
  return host.attempt(["onemaster", "cutover", ...words], { timeoutMs: patienceMs });
}

/** The record of the platform's last cutover. */
export async function cutoverRecord(host: TestHost): Promise<CutoverRecord> {
  const text = await host.run(["cat", `${stateDir}-cutover/${platform.unit}.json`]);
  return JSON.parse(text) as CutoverRecord;
}

/** What systemd says of the platform, and what stands in /etc and beside the socket. */
export async function standingOn(host: TestHost): Promise<Standing> {
  const names = ["FragmentPath", "ActiveState", "KillMode", "UnitFileState", "NeedDaemonReload"];
  const [unit = {}] = await unitProperties(host, [platform.unit], names);
  const list = async (words: string): Promise<readonly string[]> =>
    (await host.run(`ls -d ${words} 2>/dev/null || true`)).split("\n").filter((one) => one !== "");
  return {
    unit,
    startsAtBoot: await list("/etc/init.d/platform /etc/rc?.d/S01platform"),
    native: await list(
      "/etc/systemd/system/platform.* /etc/systemd/system/*.wants/platform.* " +
        "/run/systemd/system/platform.*",
    ),
    left: await list(`${platform.root}/.*onemaster* /run/onemaster-*`),
    inScope: await pidsIn(host, scope),
    inUnit: await pidsIn(host, platform.unit),
  };
}

/** All that a cutover changes. */
export interface Standing {
  readonly unit: Readonly<Record<string, string>>;
  /** Init script and links. */
  readonly startsAtBoot: readonly string[];
  /** Files and links of a native unit. */
  readonly native: readonly string[];
  /** What a cutover or a trial should have removed. */
  readonly left: readonly string[];
  readonly inScope: readonly number[];
  readonly inUnit: readonly number[];
}

/** Pids in a unit's cgroup, in ascending order. */
async function pidsIn(host: TestHost, unit: string): Promise<readonly number[]> {
  const path = `/sys/fs/cgroup/system.slice/${unit}/cgroup.procs`;
  const pids = (await host.run(`cat ${path} 2>/dev/null || true`)).split("\n");
  return pids
    .filter((pid) => pid !== "")
    .map(Number)
    .toSorted((one, other) => one - other);
}

/** The host is as before: the init script's unit, its processes in it, nothing left over. */
export async function expectSysv(host: TestHost): Promise<Truth> {
  const truth = await settledTruth(host, "somebody to serve", ({ owner }) => owner !== null);
  const { unit, startsAtBoot, native, left, inScope, inUnit } = await standingOn(host);
  expect(unit).toMatchObject({
    FragmentPath: "/run/systemd/generator.late/platform.service",
    ActiveState: "active",
    KillMode: "process",
    NeedDaemonReload: "no",
  });
  expect({ startsAtBoot, native, left, inScope }).toEqual({
    startsAtBoot: [
      "/etc/init.d/platform",
      ...[2, 3, 4, 5].map((level) => `/etc/rc${level}.d/S01platform`),
    ],
    native: [],
    left: [],
    inScope: [],
  });
  expect(inUnit).toEqual(pidsOf(truth));
  return truth;
}

/** The native unit serves, alone, and nothing is left of what was before. */
export async function expectNative(host: TestHost): Promise<number> {
  const { owner, masters, orphans } = await settledTruth(
    host,
    "the native unit alone",
    (truth) => truth.masters.length === 1,
  );
  const [master] = masters;
  const { unit, startsAtBoot, native, left, inScope, inUnit } = await standingOn(host);
  expect(unit).toMatchObject({
    FragmentPath: nativeFile,
    ActiveState: "active",
    KillMode: "control-group",
    UnitFileState: "enabled",
    NeedDaemonReload: "no",
  });
  expect({ startsAtBoot, left, inScope, orphans }).toEqual({
    startsAtBoot: [],
    left: [],
    inScope: [],
    orphans: [],
  });
  expect(native).toContain(nativeFile);
  expect(master?.pid).toBe(await mainPid(host));
  expect(inUnit).toEqual(pidsOf({ masters }));
  const file = await host.run(["stat", "--format=%a %U:%G", platform.socket]);
  expect(file.trim()).toBe("770 www-data:www-data");
  return owner ?? 0;
}

function pidsOf({ masters }: Pick<Truth, "masters">): readonly number[] {
  return masters
    .flatMap(({ pid, workers }) => [pid, ...workers])
    .toSorted((one, other) => one - other);
}

/** Only the one instant of the new bind was felt; says on stderr what failed. */
export function expectOneInstant(what: string, { asked, failed, failures, perSecond }: Load): void {
  const whys = failures.map(({ why }) => why).join(", ");
  process.stderr.write(`${what}: ${failed} of ${asked} requests failed${whys && `: ${whys}`}\n`);
  expect(perSecond).toBeGreaterThanOrEqual(190);
  expect(failed).toBeLessThanOrEqual(MOST_FAILED);
}

/** Folders that make up what a host has on its disk, as far as it matters here. */
const disk = [
  "/etc",
  "/var/www",
  "/var/lib/onemaster",
  "/var/lib/onemaster-cutover",
  "/usr/local",
] as const;

/**
 * Boots another host from what this one has on its disk, as its own next boot would find it. It
 * ends with the test.
 */
export async function bootedAgain(
  context: TestContext,
  host: ContainerHost,
): Promise<ContainerHost> {
  const folder = mkdtempSync("/var/tmp/onemaster-disk-");
  context.onTestFinished(() => rmSync(folder, { recursive: true }));
  const names = disk.map((path) => path.slice(1)).join(" ");
  const packed = await host.run(`tar -cz -C / ${names} | base64 --wrap=0`);
  const tar = ["--extract", "--gzip", "--numeric-owner", "--directory", folder];
  execFileSync("tar", tar, { input: Buffer.from(packed, "base64") });
  const binds = disk.map((path) => ({ from: `${folder}${path}`, to: path }));
  return await testHost(context, { release: host.release, name: host.name, binds });
}
