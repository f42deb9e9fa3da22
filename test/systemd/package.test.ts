import { describe, expect, test } from "vitest";
import { installPackage, ownVersion } from "../testbed/package.ts";
import type { PackageKind } from "../testbed/package.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { aptRemove, freshHost } from "./support-package.ts";

/** Trixie has a Node that is new enough, bookworm has none. */
const installable: readonly (readonly [PackageKind, Release])[] = [
  ["executable", "bookworm"],
  ["all", "trixie"],
  ["executable", "trixie"],
];

describe.each(installable)("the package %s on a fresh %s", (kind, release) => {
  test("installed it observes, removed it keeps what is the user's, purged it is gone", async (context) => {
    const host = await freshHost(context, release);
    const before = await filesOf(host);
    await installPackage(host, kind);

    await host.run("systemctl is-active onemaster.service; systemctl is-enabled onemaster.service");
    expect(await host.run(["systemctl", "--failed", "--no-legend"])).toBe("");
    expect(await host.run(["onemaster", "--version"])).toBe(`onemaster ${ownVersion}\n`);
    expect(await host.run(["onemaster", "config", "check"])).toMatch(/onemaster\.yml: valid\n$/);
    expect(await host.run(["systemctl", "cat", "onemaster.service"])).not.toContain("CAP_KILL");

    await host.run("echo 'scan: {interval: 7s}' >>/etc/onemaster/onemaster.yml");
    await host.run(aptRemove("remove"));
    expect(await host.run("cat /etc/onemaster/onemaster.yml")).toContain("7s");
    expect(await host.run("ls -d /var/lib/onemaster")).toBe("/var/lib/onemaster\n");
    expect((await host.attempt(["pgrep", "-x", "onemaster"])).exitCode).toBe(1);

    await host.run(aptRemove("purge"));
    expect(await filesOf(host)).toEqual(before);
    expect((await host.attempt(["getent", "passwd", "onemaster"])).exitCode).toBe(2);
    expect((await host.attempt(["getent", "group", "onemaster"])).exitCode).toBe(2);
  });
});

/** All paths of the host's disk but those that dpkg, apt and a running system write by themselves. */
async function filesOf(host: TestHost): Promise<readonly string[]> {
  const passing = [
    "/var/lib/dpkg",
    "/var/lib/apt",
    "/var/log",
    "/var/cache",
    "/tmp",
    "/root",
    "/var/tmp",
  ];
  const pruned = passing.map((path) => `-path ${path}`).join(" -o ");
  const found = await host.run(`find / -xdev \\( ${pruned} \\) -prune -o -print`);
  return found.split("\n").toSorted();
}
