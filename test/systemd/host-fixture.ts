import type { TestContext } from "vitest";
import { requireReal } from "../support/require-real.ts";
import { type ContainerHost, type HostOptions, startHost } from "../testbed/host.ts";

const journalLines = 80;

/**
 * Starts a container for this test and ends it when the test does. After a failure the last of
 * its journal is on stderr first. Skips the test, or with REQUIRE_REAL=1 throws, where this
 * machine cannot run one.
 */
export async function testHost(context: TestContext, options: HostOptions): Promise<ContainerHost> {
  requireReal(context, "root", "ss", "debootstrap", "nspawn");
  const host = await startHost(options);
  context.onTestFinished(async ({ task }) => {
    try {
      if (task.result?.state === "fail") {
        process.stderr.write(await lastOfJournal(host));
      }
    } finally {
      await host.stop();
    }
  });
  return host;
}

async function lastOfJournal(host: ContainerHost): Promise<string> {
  const command = ["journalctl", "--no-pager", `--lines=${journalLines}`];
  const { stdout, stderr } = await host.attempt(command);
  return `## the journal of ${host.name} (${host.release}):\n${stdout}${stderr}`;
}
