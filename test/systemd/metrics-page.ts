import { nonZero } from "../support/metrics.ts";
import { platform } from "../testbed/incident.ts";
import { metricsOf } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";

/** What the metrics page says of the platform, zeros left out. */
interface Page {
  readonly masters: Readonly<Record<string, number>>;
  readonly workers: Readonly<Record<string, number>>;
  readonly verdict: Readonly<Record<string, number>>;
  readonly confirmed: Readonly<Record<string, number>>;
  /** Which types of memory are held where no new connection gets. */
  readonly lostMemory: readonly string[];
  readonly incidents: Readonly<Record<string, number>>;
}

/** The page while one master serves and nothing has ever been wrong. */
export const soundPage: Page = {
  masters: { serving: 1 },
  workers: { serving: 4 },
  verdict: { "one-master": 1 },
  confirmed: {},
  lostMemory: [],
  incidents: {},
};

/** The page once a duplicate of two whole groups is confirmed. */
export const duplicatePage: Page = {
  masters: { serving: 1, stale: 1 },
  workers: { serving: 4, stale: 4 },
  verdict: { duplicate: 1 },
  confirmed: { [platform.socket]: 1 },
  lostMemory: ["reclaimable", "rss"],
  incidents: { duplicate: 1 },
};

/** Reads the running agent's page. Throws when a metric has no sample for the platform. */
export async function pageOf(host: TestHost): Promise<Page> {
  const page = await metricsOf(host);
  const labels = { socket: platform.socket };
  const lost = nonZero(page, "onemaster_orphan_memory_bytes", labels, "type");
  return {
    masters: nonZero(page, "onemaster_masters", labels, "role"),
    workers: nonZero(page, "onemaster_workers", labels, "role"),
    verdict: nonZero(page, "onemaster_socket_verdict", labels, "verdict"),
    confirmed: nonZero(page, "onemaster_duplicate_confirmed", labels, "socket"),
    lostMemory: Object.keys(lost).toSorted(),
    incidents: nonZero(page, "onemaster_incidents_total", labels, "kind"),
  };
}
