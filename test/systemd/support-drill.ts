import type { TestContext } from "vitest";
import type { DrillReport } from "../../agent/model/drill.ts";
import type { Soundness, VerifyReport } from "../../agent/model/sound.ts";
import { waitFor } from "../support/wait.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, type PlatformOptions, startPlatform } from "../testbed/incident.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import type { HostRan, Release } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";
import { soleMaster } from "./support-truth.ts";

/** A host with the agent and the platform as such a service, which runs with all its workers. */
export async function startedHost(
  context: TestContext,
  release: Release,
  service: NonNullable<PlatformOptions["service"]>,
): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "web1" });
  await installPlatform(host, { service, holdMib: 1 });
  await installAgent(host);
  if (service === "socket-activated") await host.run(["systemctl", "start", "platform.socket"]);
  await startPlatform(host);
  await waitFor("all workers", async () => (await soleMaster(host)).workers.length === 4);
  return host;
}

/** How verify ended, what it said, and which checks of all units do not hold. */
interface Verified {
  readonly exitCode: number;
  readonly soundness: Soundness;
  readonly not: readonly string[];
  readonly report: VerifyReport;
}

/** Verifies all units. */
export async function verify(host: ContainerHost): Promise<Verified> {
  const { exitCode, stdout } = await host.attempt("onemaster cutover verify --json");
  const report = JSON.parse(stdout) as VerifyReport;
  const checks = report.units.flatMap((unit) => unit.checks);
  const not = checks.filter(({ state }) => state === "not").map(({ check }) => check);
  return { exitCode, soundness: report.soundness, not, report };
}

/** Drills, and gives the exit code with the report. */
export async function drill(
  host: ContainerHost,
  ...options: readonly string[]
): Promise<Pick<HostRan, "exitCode"> & { readonly report: DrillReport }> {
  const command = ["onemaster", "drill", "--yes", "--json", ...options];
  const { exitCode, stdout } = await host.attempt(command, { timeoutMs: 120_000 });
  return { exitCode, report: JSON.parse(stdout) as DrillReport };
}
