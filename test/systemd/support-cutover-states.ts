import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { platform } from "../testbed/incident.ts";
import type { Load } from "../testbed/load.ts";
import type { TestHost } from "../testbed/test-host.ts";
import { stateDir } from "./support-acting.ts";
import { cutoverOn, expectNative, expectSysv } from "./support-cutover.ts";

/** What makes native units and their links begin at boot. */
export const nativeLink = `/etc/systemd/system/multi-user.target.wants/${platform.unit}`;
/** The script of before. */
export const initScript = "/etc/init.d/platform";
/** What the script of before starts gunicorn through. */
export const launcher = `${platform.root}/bootstrap_gunicorn.py`;

const driver = readFileSync(new URL("cutover-moments.py", import.meta.url));
/** The native master removes the path as it stops, and it is led back at once. */
const HARDLY_FELT_TICKS = 5;
/** From one request to the next of a load of 100 a second. */
const TICK_MS = 10;

/** Something that is done to a command while it goes on. */
export interface Moment {
  /** `step`: it has begun this one. `gone`, `there`: of a path. */
  readonly on: "step" | "gone" | "there";
  readonly what: string;
  /** Seconds after that; absent: at once. */
  readonly after?: number;
  /** A signal that the command gets, or lines for a shell. */
  readonly act: "SIGINT" | "SIGKILL" | (string & {});
}

/** How a command of `cutover` ended, and all it said, with every run of blanks as one. */
export interface Said {
  /** Below zero: the signal that ended it. */
  readonly exitCode: number;
  readonly said: string;
}

/** Carries `onemaster cutover … --yes` out. */
export async function carriedOut(host: TestHost, ...words: readonly string[]): Promise<Said> {
  const { exitCode, stdout, stderr } = await cutoverOn(host, ...words, "--yes");
  return { exitCode, said: plain(`${stdout}${stderr}`) };
}

/** The same, which has to end with this exit code. Gives what it said. */
export async function expectEnd(
  host: TestHost,
  expected: number,
  ...words: readonly string[]
): Promise<string> {
  const { exitCode, said } = await carriedOut(host, ...words);
  expect(exitCode, `exit code of ${words.join(" ")}: ${said}`).toBe(expected);
  return said;
}

/** A cutover that ends well. Gives the pid of the native master. */
export async function expectApplied(host: TestHost, ...flags: readonly string[]): Promise<number> {
  await host.attempt(["systemctl", "reset-failed", platform.unit]);
  await expectEnd(host, 0, "apply", ...flags);
  return await expectNative(host);
}

/** A rollback that ends well: the one master is the script's again. */
export async function expectRolledBack(host: TestHost): Promise<void> {
  await expectEnd(host, 0, "rollback");
  expect((await expectSysv(host)).masters).toHaveLength(1);
}

/** The same as `carriedOut`, with these done to it one after the other. Each has to come. */
export async function meanwhile(
  host: TestHost,
  moments: readonly Moment[],
  ...words: readonly string[]
): Promise<Said> {
  const listed = moments.map(({ on, what, after = 0, act }) => [on, what, after, act]);
  const record = `${stateDir}-cutover/${platform.unit}.json`;
  const command = ["onemaster", "cutover", ...words, "--yes"];
  const parameters = ["python3", "-", record, JSON.stringify(listed), ...command];
  const printed: unknown = JSON.parse(
    await host.run(parameters, { stdin: driver, timeoutMs: 150_000 }),
  );
  if (!isPrinted(printed)) throw new Error(`not what it prints: ${JSON.stringify(printed)}`);
  const said = plain(printed.said);
  expect(printed.met, `moments of ${words.join(" ")} that came: ${said}`).toBe(moments.length);
  return { exitCode: printed.exitCode, said };
}

/** Kills a command in a step, as lost power would. */
export async function killed(
  host: TestHost,
  [what, after]: readonly [step: string, seconds: number],
  ...words: readonly string[]
): Promise<void> {
  await meanwhile(host, [{ on: "step", what, after, act: "SIGKILL" }], ...words);
}

/** From now on a gunicorn of the script comes so many seconds after the script has ended. */
export async function scriptIsLate(host: TestHost, seconds: number): Promise<void> {
  const real = `${platform.root}/real.py`;
  await host.run(`[ -e ${real} ] || mv ${launcher} ${real}`);
  const late = `sleep ${seconds}; exec python3 ${real}`;
  await host.write(launcher, `import subprocess\nsubprocess.Popen(["sh", "-c", "${late}"])\n`);
}

/** True while such a gunicorn is still to come. */
export async function isToCome(host: TestHost, seconds: number): Promise<boolean> {
  return (await host.attempt(["pgrep", "-x", "-f", `sleep ${seconds}`])).exitCode === 0;
}

/** Nobody felt it. */
export function expectUnfelt({ asked, failed, failures }: Load, said: string): void {
  expect(asked).toBeGreaterThan(0);
  expect(failed, `${JSON.stringify(failures.slice(0, 3))}: ${said}`).toBe(0);
}

/** Next to nobody felt it; says on stderr how many did. */
export function expectHardlyFelt({ asked, failed, failures }: Load, said: string): void {
  process.stderr.write(`${failed} of ${asked} requests failed\n`);
  expect(asked).toBeGreaterThan(0);
  const first = JSON.stringify(failures.slice(0, 3));
  // a load that was itself held up asks all that it owes at once: they meet one loss, not many
  const ticks = new Set(failures.map(({ atMs }) => Math.floor(atMs / TICK_MS)));
  expect(ticks.size, `${failed} failed, ${first}: ${said}`).toBeLessThanOrEqual(HARDLY_FELT_TICKS);
}

function plain(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

function isPrinted(value: unknown): value is Said & { readonly met: number } {
  return typeof value === "object" && value !== null && "met" in value && "said" in value;
}
