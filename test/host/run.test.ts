import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { requestPort } from "../support/http.ts";
import { freePort } from "../support/port.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import {
  type Agent,
  asNobody,
  end,
  inPieces,
  level,
  listen,
  logged,
  pause,
  samples,
  settingsOf,
  start,
  watching,
  writeSettings,
} from "./support.ts";

const reloadOk = "onemaster_settings_reload_success";

async function pathsOf(agent: Agent): Promise<readonly string[]> {
  const { body } = await agent.get("/api/v1/status");
  const { sockets } = JSON.parse(body) as { sockets: readonly { path: string }[] };
  return sockets.map(({ path }) => path);
}

test("starts, answers, and ends gracefully within two seconds", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await listen(path);
  const agent = await start({ folder, settings: { sockets: [{ path }] } });
  expect(await agent.get("/-/ready")).toEqual({ status: 200, body: "ready\n" });
  expect((await agent.get("/-/healthy")).body).toMatch(/^ok: last scan \d+\.\d s ago\n$/);
  const page = await agent.metrics();
  expect(samples(page, "onemaster_socket_verdict", "verdict")).toEqual({
    unreachable: 0,
    duplicate: 0,
    "orphaned-workers": 0,
    unknown: 0,
    "no-master": 0,
    handover: 0,
    "one-master": 1,
  });
  const { exitCode, tookMs } = await end(agent, "SIGTERM");
  expect(exitCode).toBe(0);
  expect(tookMs).toBeLessThan(2_000);
  const log = agent.log();
  const own = log.filter(
    ({ msg }) => !msg.startsWith("could not see") && !msg.startsWith("nothing "),
  );
  expect(own.map((line) => [line.level, line.msg.replace(/ \(no worker.*/, "")])).toEqual([
    [level.info, expect.stringMatching(/^onemaster \S+ \(.*onemaster\.yml\)$/)],
    [level.info, `${path}: one-master: master ${process.pid} serving`],
    [level.info, expect.stringMatching(/^watching; metrics http:\/\/127\.0\.0\.1:\d+\/metrics/)],
    [level.info, "stopping"],
  ]);
  await expect(requestPort(agent.port, "/-/ready")).rejects.toThrow("ECONNREFUSED");
});

test("ends gracefully on SIGINT too", async () => {
  const agent = await start({ folder: testFolder() });
  expect(await end(agent, "SIGINT")).toMatchObject({ exitCode: 0 });
});

test("has one line a change of state, none for scrapes without one", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await listen(path);
  const agent = await start({ folder, settings: { sockets: [{ path }] } });
  for (let scrape = 0; scrape < 5; scrape += 1) await agent.metrics();
  rmSync(path);
  await logged(agent, /: unreachable: /);
  for (let scrape = 0; scrape < 5; scrape += 1) await agent.metrics();
  const own = agent.log().filter(({ msg }) => msg.startsWith(`${path}: `));
  expect(own.map(({ msg }) => msg.split(": ")[1])).toEqual(["one-master", "unreachable"]);
  await end(agent, "SIGTERM");
});

test("sees a change of the socket by itself, long before the interval", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const agent = await start({
    folder,
    settings: { sockets: [{ path }], scan: { interval: "1h", confirm_for: "1h" } },
  });
  await watching(agent, folder);
  await listen(path);
  expect((await logged(agent, /: one-master: /)).level).toBe(level.info);
  rmSync(path);
  expect((await logged(agent, /: unreachable: /)).level).toBe(level.warn);
  await end(agent, "SIGTERM");
});

test("SIGHUP takes a good file, and keeps the old settings at a broken one", async () => {
  const folder = testFolder();
  const [one, other] = [folder.at("one.sock"), folder.at("other.sock")];
  const agent = await start({ folder, settings: { sockets: [{ path: one }] } });
  expect(await pathsOf(agent)).toEqual([one]);
  expect(samples(await agent.metrics(), reloadOk)).toEqual({ [reloadOk]: 1 });

  // another file in its place is no change that file events tell of at once: the signal is first
  writeSettings(agent.config, agent.port, { sockets: [{ path: other }] });
  agent.child.kill("SIGHUP");
  expect((await logged(agent, /^settings loaded again: SIGHUP$/)).level).toBe(level.info);
  expect(await pathsOf(agent)).toEqual([other]);

  writeFileSync(agent.config, "sockets: [\n");
  agent.child.kill("SIGHUP");
  const refused = await logged(agent, /^settings not taken, the old ones stay: /);
  expect(refused.level).toBe(level.error);
  expect(refused.msg).toContain(`${agent.config}:`);
  expect(await pathsOf(agent)).toEqual([other]);
  expect(samples(await agent.metrics(), reloadOk)).toEqual({ [reloadOk]: 0 });

  writeSettings(agent.config, agent.port, { sockets: [{ path: one }] });
  agent.child.kill("SIGHUP");
  await waitFor("the settings to be taken", async () => (await pathsOf(agent))[0] === one);
  expect(samples(await agent.metrics(), reloadOk)).toEqual({ [reloadOk]: 1 });
  await end(agent, "SIGTERM");
});

test.for([
  ["written in place", (path: string, text: string) => writeFileSync(path, text)],
  [
    "renamed into its place",
    (path: string, text: string) => {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    },
  ],
] as const)("a settings file that is %s is taken by itself", async ([, write]) => {
  const folder = testFolder();
  const [one, other] = [folder.at("one.sock"), folder.at("other.sock")];
  const agent = await start({ folder, settings: { sockets: [{ path: one }] } });
  await watching(agent, folder);
  write(agent.config, settingsOf(agent.config, agent.port, { sockets: [{ path: other }] }));
  await logged(agent, /^settings loaded again: the file has changed$/);
  expect(await pathsOf(agent)).toEqual([other]);
  await end(agent, "SIGTERM");
});

test("a settings file named from the working directory is watched too", async () => {
  const folder = testFolder();
  const agent = await start({ folder, typedConfig: "./onemaster.yml" });
  await watching(agent, folder);
  const path = folder.at("app.sock");
  writeSettings(agent.config, agent.port, { sockets: [{ path }] });
  await logged(agent, /^settings loaded again: the file has changed$/);
  expect(await pathsOf(agent)).toEqual([path]);
  await end(agent, "SIGTERM");
});

test("a file that is written in pieces is taken once, and whole", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const agent = await start({ folder, settings: { sockets: [{ path }] } });
  await watching(agent, folder);
  const reloads = () => agent.log().filter(({ msg }) => msg.startsWith("settings "));
  let tries = 0;
  let [before, longestMs] = [0, Infinity];
  // a writer that was itself held up for that long has written two files
  while (longestMs > SETTLED_MS / 2) {
    tries += 1;
    before = reloads().length;
    const other = folder.at(`other-${tries}.sock`);
    longestMs = await inPieces(agent, { sockets: [{ path: other }] });
    await waitFor("the settings to be taken", async () => (await pathsOf(agent))[0] === other);
  }
  expect(
    reloads()
      .slice(before)
      .map(({ msg }) => msg),
  ).toEqual(["settings loaded again: the file has changed"]);
  await end(agent, "SIGTERM");
});

/** A file that has not changed for so long is whole. */
const SETTLED_MS = 100;

test("moves to another address, however often it is told to at once", async () => {
  const folder = testFolder();
  const agent = await start({ folder });
  const port = await freePort();
  writeSettings(agent.config, port, {});
  for (let time = 0; time < 3; time += 1) agent.child.kill("SIGHUP");
  await waitFor("the other address to answer", async () => {
    return (await requestPort(port, "/-/ready")).status === 200;
  });
  await waitFor("the old address to be closed", async () => {
    return requestPort(agent.port, "/-/ready").then(
      () => false,
      () => true,
    );
  });
  await pause(200);
  expect(agent.log().filter((line) => line.level === level.error)).toEqual([]);
  await end(agent, "SIGTERM");
});

test("keeps its address when the new one is taken", async () => {
  const folder = testFolder();
  const agent = await start({ folder });
  const rival = await start({ folder: testFolder() });
  writeSettings(agent.config, rival.port, {});
  agent.child.kill("SIGHUP");
  const { msg } = await logged(agent, /^settings not taken/);
  expect(msg).toContain(`127.0.0.1:${rival.port} is in use`);
  expect((await agent.get("/-/ready")).status).toBe(200);
  await Promise.all([end(agent, "SIGTERM"), end(rival, "SIGTERM")]);
});

test("leaves no descriptor open in 100 scrapes", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await listen(path);
  const agent = await start({ folder, settings: { sockets: [{ path }] } });
  for (let scrape = 0; scrape < 5; scrape += 1) await agent.metrics();
  const open = (): number => readdirSync(`/proc/${agent.child.pid}/fd`).length;
  const before = open();
  for (let scrape = 0; scrape < 100; scrape += 1) await agent.metrics();
  await waitFor("the connections to be closed", () => open() <= before);
  expect(open()).toBeLessThanOrEqual(before);
  await end(agent, "SIGTERM");
});

test("as nobody it starts, says what it cannot see, and goes on", async (context) => {
  requireReal(context, "root");
  const folder = testFolder();
  const { inside, agentPath } = asNobody(folder);
  mkdirSync(folder.at("hidden"), { mode: 0o700 });
  const path = folder.at("hidden", "app.sock");
  await listen(path);
  const settings = { sockets: [{ path }], scan: { interval: "1s" } };
  const agent = await start({ folder, settings, inside, agentPath });
  const page = await agent.metrics();
  expect(samples(page, "onemaster_socket_verdict", "verdict")).toMatchObject({
    unknown: 1,
    "one-master": 0,
  });
  expect(samples(page, "onemaster_masters", "role")).toEqual({});
  await logged(agent, new RegExp(`^${path}: unknown: `));
  expect(agent.log().filter((line) => line.level === level.error)).toEqual([]);
  expect(await end(agent, "SIGTERM")).toMatchObject({ exitCode: 0 });
});
