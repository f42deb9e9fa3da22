import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect } from "vitest";
import type { AuditItem, AuditReport, LinkState, UnitLink } from "../../agent/model/audit.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { type ContainerHost, startHost } from "../testbed/host.ts";
import { platform } from "../testbed/incident.ts";
import { installAgent } from "../testbed/installed-agent.ts";
import type { Release } from "../testbed/test-host.ts";

/** Links by what the audit has found; those that are not in question are absent. */
export type LinkMap = Partial<Record<UnitLink, LinkState>>;

/** Every link of a native unit that serves. */
export const soundNative: LinkMap = {
  "main-pid": "ok",
  "kill-mode": "ok",
  type: "ok",
  generated: "ok",
  "init-script": "ok",
  daemonize: "ok",
  "one-group": "ok",
  serving: "ok",
  "start-works": "ok",
  program: "ok",
  "outside-unit": "ok",
};

/** An init script in disguise with one master: not broken yet, but every link of the chain is. */
export const wrappedScript: LinkMap = {
  "main-pid": "bad",
  "kill-mode": "bad",
  type: "bad",
  generated: "bad",
  daemonize: "bad",
  pidfile: "unknown",
  "one-group": "ok",
  serving: "ok",
  "start-works": "ok",
  program: "unknown",
  "outside-unit": "ok",
};

/** What the settings of the production host say. */
export const settings = JSON.stringify({
  sockets: [
    {
      path: platform.socket,
      unit: platform.unit,
      pidfile: platform.pidfile,
      expected_workers: 4,
      expected_mode: "0770",
      expected_owner: "www-data:www-data",
    },
  ],
});
export const asExpected: LinkMap = { workers: "ok", "socket-mode": "ok", "socket-owner": "ok" };

/** The native unit of the test bed, and where it stands. */
export const native = readFileSync(
  new URL("../testbed/incident/native.service", import.meta.url),
  "utf8",
);
export const nativePath = "/etc/systemd/system/platform.service";

/** One run of `onemaster audit --json`. */
interface Audited {
  readonly exitCode: number;
  readonly stderr: string;
  readonly report: AuditReport;
  readonly items: readonly AuditItem[];
  readonly map: LinkMap;
}

/** What tests of the audit do on a host of their own, which each test gets afresh. */
export function auditedHost(release: Release) {
  let started: ContainerHost | undefined;

  beforeEach(async (context) => {
    requireReal(context, "root", "debootstrap", "nspawn");
    started = await startHost({ release, name: "web1" });
    await installAgent(started);
  });

  afterEach(async () => {
    await started?.stop();
    started = undefined;
  });

  function host(): ContainerHost {
    if (started === undefined) throw new Error("no host was started");
    return started;
  }

  async function audit(...words: readonly string[]): Promise<Audited> {
    const { exitCode, stdout, stderr } = await host().attempt([
      "onemaster",
      "audit",
      "--json",
      ...words,
    ]);
    const report = JSON.parse(stdout) as AuditReport;
    const items = report.units.flatMap((unit) => unit.items);
    return { exitCode, stderr, report, items, map: mapOf(items) };
  }

  /** Settled: the seconds after a change of state, in which nothing is called bad, have passed. */
  function auditUntil(link: UnitLink, state: LinkState, ...words: readonly string[]) {
    return waitFor(
      `${link} to be ${state}`,
      async () => {
        const seen = await audit(...words);
        return seen.map[link] === state ? seen : undefined;
      },
      30_000,
    );
  }

  async function allWorkers(count: number): Promise<void> {
    await waitFor("all workers", async () => {
      const { stdout } = await host().attempt("onemaster check");
      return stdout.includes(` workers=${count} `);
    });
  }

  /** Runs the lines of a fix in a shell, as somebody would who pasted them. */
  async function paste(lines: string): Promise<void> {
    const { exitCode, stderr } = await host().attempt(lines);
    expect({ exitCode, stderr: exitCode === 0 ? "" : stderr }).toEqual({ exitCode: 0, stderr: "" });
  }

  return { host, audit, auditUntil, allWorkers, paste };
}

function mapOf(items: readonly AuditItem[]): LinkMap {
  return Object.fromEntries(items.map(({ link, state }) => [link, state]));
}

/** What was seen of a link; empty when it is not in question. */
export function evidence(items: readonly AuditItem[], link: UnitLink): string {
  return items.find((item) => item.link === link)?.evidence ?? "";
}

/** The lines that cure a link. */
export function fix(items: readonly AuditItem[], link: UnitLink): string {
  const lines = items.find((item) => item.link === link)?.fix;
  if (typeof lines !== "string") throw new Error(`no fix for ${link}`);
  return lines;
}
