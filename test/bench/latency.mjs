import { makeSite, startMaster } from "./gunicorns.mjs";
import { until, when } from "./processes.mjs";
import { startAgent } from "./programs.mjs";
import { say } from "./report.mjs";

/**
 * The time from the second master's bind until the first one is told as stale: on /metrics,
 * asked every few milliseconds, and, in rounds of their own in which nobody asks, in the log.
 * Promises both in milliseconds, one a round.
 */
export async function measureLatency({ rounds }) {
  const site = makeSite();
  const first = await startServing(site);
  const log = listen();
  const agent = await startAgent({ path: site.path, onOutput: log.hear });
  await until("the first master on /metrics", () =>
    told(agent, site.path, { serving: 1, stale: 0 }),
  );
  const onMetrics = [];
  const inLog = [];
  let serving = first;
  for (let round = 1; round <= rounds; round += 1) {
    if (round % 10 === 1) say(`latency: round ${round} of ${rounds}`);
    for (const [waits, figures] of [
      [() => until("stale on /metrics", () => told(agent, site.path, { stale: 1 })), onMetrics],
      [() => log.untilLine(`a duplicate at ${site.path}`, names(site.path)), inLog],
    ]) {
      log.forget();
      const next = startMaster(site);
      const boundMs = await next.bound;
      await waits();
      figures.push(performance.now() - boundMs);
      await next.started();
      await serving.end();
      serving = next;
      await until("the stale one to go", () => told(agent, site.path, { serving: 1, stale: 0 }));
    }
  }
  await agent.stop();
  await serving.end();
  return { onMetrics, inLog };
}

async function startServing(site) {
  const master = startMaster(site);
  await master.bound;
  await master.started();
  return master;
}

/** True once /metrics gives these numbers of masters at the path, else undefined. */
async function told(agent, path, wanted) {
  const text = await agent.scrape();
  const of = (role) => {
    const sample = text
      .split("\n")
      .find(
        (line) =>
          line.startsWith("onemaster_masters{") &&
          line.includes(`socket="${path}"`) &&
          line.includes(`role="${role}"`),
      );
    return sample === undefined ? undefined : Number(sample.slice(sample.lastIndexOf(" ")));
  };
  return when(Object.entries(wanted).every(([role, count]) => of(role) === count));
}

/** A line of the log that tells of a duplicate there, and not at some other gunicorn's path. */
function names(path) {
  return (line) => line.includes('"verdict":"duplicate"') && line.includes(path);
}

function ignore() {}

/** Hears what the agent writes as it comes. */
function listen() {
  let heard = "";
  let onText = ignore;
  const hear = (chunk) => {
    heard += chunk;
    onText();
  };
  return {
    hear,
    forget: () => {
      heard = "";
    },
    untilLine: (what, matches) =>
      new Promise((resolve, reject) => {
        const limit = setTimeout(() => {
          onText = ignore;
          reject(new Error(`waited 20 s for ${what} in the agent's log; heard: ${heard}`));
        }, 20_000);
        onText = () => {
          if (!heard.split("\n").some(matches)) return;
          onText = ignore;
          clearTimeout(limit);
          resolve();
        };
        onText();
      }),
  };
}
