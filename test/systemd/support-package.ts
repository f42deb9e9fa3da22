import type { TestContext } from "vitest";
import type { ContainerHost } from "../testbed/host.ts";
import type { Release } from "../testbed/test-host.ts";
import { testHost } from "./host-fixture.ts";

/** A host without the Node that the test bed lends where Debian's own is too old. */
export async function freshHost(context: TestContext, release: Release): Promise<ContainerHost> {
  const host = await testHost(context, { release, name: "fresh" });
  await host.run("rm -f /usr/local/bin/node");
  return host;
}

/** The command by which a user removes the package. */
export function aptRemove(command: "remove" | "purge"): readonly string[] {
  return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", command, "--yes", "onemaster"];
}
