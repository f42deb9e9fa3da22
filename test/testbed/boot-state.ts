import type { TestHost } from "./test-host.ts";

/** States of systemd(1) in which it is through with the boot, or will never be. */
const settled = ["running", "degraded", "maintenance", "stopping"];

/**
 * The state of a host's systemd once it is through with the boot. Throws while it cannot be asked,
 * and after `timeoutMs`: it is to be called again and again.
 */
export async function stateAfterBoot(
  attempt: TestHost["attempt"],
  timeoutMs: number,
): Promise<string> {
  const waiting = ["systemctl", "is-system-running", "--wait"];
  const { stdout, stderr } = await attempt(waiting, { timeoutMs });
  const said = stdout.trim();
  if (!settled.includes(said)) throw new Error(`systemctl said "${said}" ${stderr.trimEnd()}`);
  return said;
}

/** Throws, with the units that have failed, unless all of a host has come up. */
export async function requireRunning(
  what: string,
  state: string,
  run: TestHost["run"],
): Promise<void> {
  if (state === "running") return;
  const failed = await run(["systemctl", "--failed", "--no-legend"]);
  throw new Error(`${what} is ${state}; failed units: ${failed}`);
}
