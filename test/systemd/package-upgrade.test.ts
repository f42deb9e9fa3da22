import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { IncidentSummary } from "../../agent/model/incident-record.ts";
import { waitFor } from "../support/wait.ts";
import { installPlatform, makeDuplicate, startPlatform } from "../testbed/incident.ts";
import { metricsOf, statusOn } from "../testbed/installed-agent.ts";
import {
  aptInstall,
  ensurePackages,
  installPackage,
  ownVersion,
  type PackageKind,
} from "../testbed/package.ts";
import type { Release, TestHost } from "../testbed/test-host.ts";
import { actingSettings } from "./support-acting.ts";
import { freshHost } from "./support-package.ts";

const unit = "onemaster.service";
const oldVersion = "0.0.9-rc.1";

/** Each installation goes over the one before it. */
const histories: readonly (readonly [Release, readonly PackageKind[]])[] = [
  ["bookworm", ["executable", "executable"]],
  ["trixie", ["all", "all", "executable", "all"]],
];

describe.each(histories)("upgrades on %s: %s", (release, [first = "all", ...next]) => {
  test("keep settings and records, and end nothing", async (context) => {
    const old = await ensurePackages(oldVersion);
    const host = await freshHost(context, release);
    await installPlatform(host, { holdMib: 5 });
    await startPlatform(host);
    await installPackage(host, first, old);
    expect(await runningVersion(host)).toBe(oldVersion);
    // without act.conf it may not, whatever its settings say
    const settings = JSON.stringify(actingSettings({ mode: "on", grace: "5s" }));
    await host.write("/etc/onemaster/onemaster.yml", settings);
    await host.run(["systemctl", "reload", unit]);
    await makeDuplicate(host);
    const [incident] = await waitFor("the incident to be recorded", async () => {
      const found = await incidentsOn(host);
      return found.length === 0 ? undefined : found;
    });
    const before = await statusOn(host);

    for (const kind of next) {
      const said = await installPackage(host, kind);
      expect(said).not.toMatch(/conf(?:iguration )?file/i);
      expect(await runningVersion(host)).toBe(ownVersion);
      expect(await host.run(["ls", "/usr/lib/onemaster"])).toBe(
        kind === "all" ? "onemaster.mjs\n" : "onemaster\n",
      );
      expect(await host.run("cat /etc/onemaster/onemaster.yml")).toBe(settings);
      await waitFor("the duplicate to be confirmed again", async () => {
        const samples = await metricsOf(host);
        return samples.some(
          ({ name, value }) => name === "onemaster_duplicate_confirmed" && value === 1,
        );
      });
      expect(await incidentsOn(host)).toMatchObject([{ id: incident?.id, state: "open" }]);
      expect(pidsIn(await statusOn(host))).toEqual(pidsIn(before));
    }
    expect(await host.run(["systemctl", "show", unit, "--property=NRestarts"])).toBe(
      "NRestarts=0\n",
    );
  });
});

test("an upgrade leaves a service as it was that the user has stopped and disabled", async (context) => {
  const old = await ensurePackages(oldVersion);
  const { debs } = await ensurePackages();
  const host = await freshHost(context, "trixie");
  await installPackage(host, "all", old);
  const dropIn = `/etc/systemd/system/${unit}.d/act.conf`;
  await host.run(`mkdir -p $(dirname ${dropIn}); cp /usr/share/onemaster/act.conf ${dropIn}`);
  await host.run(["systemctl", "disable", "--now", unit]);
  await host.run(aptInstall(await copied(host, debs.all)));
  expect(await host.run(["onemaster", "--version"])).toBe(`onemaster ${ownVersion}\n`);
  expect((await host.attempt(["systemctl", "is-enabled", unit])).stdout).toBe("disabled\n");
  expect((await host.attempt(["systemctl", "is-active", unit])).stdout).toBe("inactive\n");
  await host.run(["test", "-e", dropIn]);
});

test("a service that cannot start leaves no package half installed", async (context) => {
  const { debs } = await ensurePackages();
  const host = await freshHost(context, "bookworm");
  await host.run("systemd-run --unit=squatter python3 -m http.server --bind 127.0.0.1 10709");
  await waitFor("the port to be in use", async () => {
    return (await host.attempt(["curl", "-sf", "http://127.0.0.1:10709/"])).exitCode === 0;
  });
  await host.run(aptInstall(await copied(host, debs.executable)));
  expect(await host.run(["dpkg-query", "--show", "--showformat=${Status}", "onemaster"])).toBe(
    "install ok installed",
  );
  await host.run("systemctl stop squatter");
  await waitFor("it to have started by itself", async () => {
    return (await host.attempt(["systemctl", "is-active", unit])).stdout === "active\n";
  });
});

async function copied(host: TestHost, deb: string): Promise<string> {
  await host.write("/root/package.deb", readFileSync(deb));
  return "/root/package.deb";
}

async function incidentsOn(host: TestHost): Promise<readonly IncidentSummary[]> {
  const parsed: unknown = JSON.parse(await host.run(["onemaster", "incidents", "--json"]));
  return (parsed as { readonly incidents: readonly IncidentSummary[] }).incidents;
}

/** The version of the agent that answers, which is that of the package only after a restart. */
async function runningVersion(host: TestHost): Promise<string | undefined> {
  const samples = await metricsOf(host);
  return samples.find(({ name }) => name === "onemaster_build_info")?.labels["version"];
}

function pidsIn({ sockets }: Awaited<ReturnType<typeof statusOn>>): unknown {
  return sockets.map(({ path, groups }) => ({
    path,
    groups: groups.map(({ role, master, workers }) => ({
      role,
      pid: master?.pid,
      workers: workers.map(({ pid }) => pid),
    })),
  }));
}
