import { waitFor } from "../support/wait.ts";
import { startHost } from "../testbed/host.ts";
import { installPlatform, makeDuplicate, platform, startPlatform } from "../testbed/incident.ts";
import { installAgent, startAgentService } from "../testbed/installed-agent.ts";
import type { TestHost } from "../testbed/test-host.ts";

/** One page of a real agent twice, so that it shows what moves between two scrapes. */
export interface RecordedPage {
  readonly first: string;
  readonly second: string;
}

/** What real agents say of a sound host and of one with a second master. */
export interface Recorded {
  readonly sound: RecordedPage;
  readonly duplicate: RecordedPage;
}

/**
 * Records the pages of the built agent on a host of its own: the platform of the incident with its
 * init script, its unit and its journal, before and after the second master has come.
 */
export async function recordPages(): Promise<Recorded> {
  const host = await startHost({ release: "bookworm", name: "recorded" });
  try {
    await installPlatform(host, { holdMib: 5 });
    await installAgent(host);
    await startPlatform(host);
    await startAgentService(host, {
      sockets: [{ path: platform.socket, unit: platform.unit, pidfile: platform.pidfile }],
      scan: { confirm_for: "1s" },
    });
    const sound = await recordOnce(host, 'verdict="one-master"} 1');
    await makeDuplicate(host);
    return { sound, duplicate: await recordOnce(host, "onemaster_duplicate_confirmed{", " 1") };
  } finally {
    await host.stop();
  }
}

/** The page once a line has both texts, and once more. */
async function recordOnce(host: TestHost, text: string, end = ""): Promise<RecordedPage> {
  const page = (): Promise<string> => host.run(["curl", "-sf", "http://127.0.0.1:10709/metrics"]);
  const first = await waitFor(
    `a page with ${text}`,
    async () => {
      const now = await page();
      const there = now.split("\n").some((line) => line.includes(text) && line.endsWith(end));
      return there && now.includes("onemaster_unit_link_ok{") && now;
    },
    60_000,
  );
  return { first, second: await page() };
}
