import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTheEnd } from "./endings.mjs";
import { makeSite, startMaster } from "./gunicorns.mjs";
import { until, when } from "./processes.mjs";
import { startAgent } from "./programs.mjs";
import { say } from "./report.mjs";
import { freePort, startServer } from "./server.mjs";

/** As short as a bench can do with: what comes on top of it does not depend on it. */
const confirmForMs = 1_000;

/**
 * The time from the second master's bind until a real Alertmanager has told whoever is woken, by
 * direct push, with `group_wait: 0s`. Promises in `over` what came on top of `confirm_for`, in
 * milliseconds, one a round.
 */
export async function measurePages({ pages }) {
  const site = makeSite();
  const receiver = await startReceiver();
  const port = await freePort();
  let serving = startMaster(site);
  await serving.bound;
  await serving.started();
  const agent = await startAgent({
    path: site.path,
    onOutput: () => undefined,
    settings: {
      scan: { confirm_for: `${confirmForMs}ms` },
      alertmanager: { url: `http://127.0.0.1:${port}`, resolve_after: "0s" },
    },
  });
  const over = [];
  for (let round = 1; round <= pages; round += 1) {
    if (round % 5 === 1) say(`page: round ${round} of ${pages}`);
    // a new one: to a group that it knows from the round before it adds with its next interval
    const alertmanager = await startAlertmanager(receiver.url, port);
    const next = startMaster(site);
    const boundMs = await next.bound;
    over.push((await receiver.next("firing")) - boundMs - confirmForMs);
    await next.started();
    await serving.end();
    serving = next;
    await agent.scrape(); // the end of a stale group makes no file event: a scrape looks
    await receiver.next("resolved");
    await alertmanager.stop();
  }
  await agent.stop();
  await serving.end();
  return { over };
}

/** Whoever is woken. `next` promises when, by performance.now, the next page of a state came. */
async function startReceiver() {
  const pages = [];
  const server = createServer((request, answer) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => (body += text));
    request.on("end", () => {
      const { status, alerts } = JSON.parse(body);
      const { alertname } = alerts[0].labels;
      if (alertname === "OnemasterDuplicateMaster") pages.push({ status, atMs: performance.now() });
      answer.end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  atTheEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    async next(status) {
      await until(`a page that says ${status}`, () => when(pages.length > 0));
      const page = pages.shift();
      if (page.status !== status) throw new Error(`a page said ${page.status}, not ${status}`);
      return page.atMs;
    },
  };
}

async function startAlertmanager(receiverUrl, port) {
  const folder = mkdtempSync(join(tmpdir(), "onemaster-page-"));
  atTheEnd(() => rmSync(folder, { recursive: true }));
  const route = { receiver: "pager", group_wait: "0s", group_interval: "1s" };
  const receivers = [{ name: "pager", webhook_configs: [{ url: receiverUrl }] }];
  // JSON is YAML
  writeFileSync(join(folder, "alertmanager.yml"), JSON.stringify({ route, receivers }));
  return await startServer({
    name: "Alertmanager",
    command: "prometheus-alertmanager",
    args: [
      `--config.file=${join(folder, "alertmanager.yml")}`,
      `--storage.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    port,
  });
}
