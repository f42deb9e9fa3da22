import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { exitOf } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";
import { hashOf, serverCertificate, startWebAgent, tls } from "./web-support.ts";

async function silent(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => socket.destroy());
  await once(socket, "connect");
  return socket;
}

test("cuts a handshake that does not come, and counts it", async () => {
  const folder = testFolder();
  const { ca } = serverCertificate(folder);
  const agent = await startWebAgent(folder, { tls_server_config: tls });
  const startedMs = performance.now();
  const slow = await silent(agent.port);
  // the first half of a record's head
  slow.write(Buffer.from([0x16, 0x03]));
  await once(slow, "close");
  expect(performance.now() - startedMs).toBeGreaterThan(4_000);
  const { body } = await agent.curl("/metrics", "--cacert", ca);
  expect(body).toMatch(/^onemaster_web_refusals_total\{reason="handshake"\} 1$/m);
});

test("closes the 33rd connection at once, while others are in their handshake", async () => {
  const folder = testFolder();
  const { ca } = serverCertificate(folder);
  const agent = await startWebAgent(folder, { tls_server_config: tls });
  const slow: Socket[] = [];
  for (let count = 0; count < 31; count += 1) slow.push(await silent(agent.port));
  expect(await agent.curl("/-/healthy", "--cacert", ca)).toMatchObject({ status: 200 });
  // the place of the one that was answered is free a moment later: one too early is closed itself
  await waitFor("the last place to be taken", async () => {
    slow.push(await silent(agent.port));
    const { exitCode } = await agent.curl("/-/healthy", "--cacert", ca);
    return exitCode !== 0;
  });
  expect(slow.length).toBeLessThan(40);
  slow[0]?.destroy();
  await waitFor("a place", async () => {
    const { status } = await agent.curl("/-/healthy", "--cacert", ca);
    return status === 200;
  });
});

test("ends at once although a client is in the middle of its handshake", async () => {
  const folder = testFolder();
  serverCertificate(folder);
  const agent = await startWebAgent(folder, { tls_server_config: tls });
  const slow = await silent(agent.port);
  slow.write(Buffer.from([0x16, 0x03]));
  const startedMs = performance.now();
  agent.child.kill("SIGTERM");
  expect(await exitOf(agent.child)).toBe(0);
  expect(performance.now() - startedMs).toBeLessThan(2_500);
});

test("refuses bodies and long headers over TLS as without", async () => {
  const folder = testFolder();
  const { ca } = serverCertificate(folder);
  const agent = await startWebAgent(folder, { tls_server_config: tls });
  const ask = (...options: string[]) => agent.curl("/metrics", "--cacert", ca, ...options);
  expect(await ask("-X", "GET", "-d", "x=1")).toMatchObject({ status: 413 });
  expect(await ask("-X", "POST")).toMatchObject({ status: 405 });
  expect(await ask("-H", `X-Long: ${"x".repeat(9_000)}`)).toMatchObject({ status: 431 });
});

/** A flood of wrong passwords of a dear hash: who is known goes on being answered, and scans go on. */
test("answers whom it knows while wrong passwords are checked", async () => {
  const folder = testFolder();
  const users = { prometheus: hashOf("right", 12) };
  const agent = await startWebAgent(folder, { basic_auth_users: users });
  const ask = (password: string) => agent.curl("/metrics", "-u", `prometheus:${password}`);
  expect(await ask("right")).toMatchObject({ status: 200 });
  const flood = Array.from({ length: 20 }, async (_, at) => (await ask(`wrong ${at}`)).status);
  const flooding = { over: false };
  const statuses = Promise.all(flood).finally(() => {
    flooding.over = true;
  });
  let answered = 0;
  while (!flooding.over) {
    expect(await ask("right")).toMatchObject({ status: 200 });
    answered += 1;
  }
  const counted: Record<number, number> = {};
  for (const status of await statuses) counted[status] = (counted[status] ?? 0) + 1;
  expect(counted).toEqual({ 401: expect.any(Number), 503: expect.any(Number) });
  expect(answered).toBeGreaterThan(3);
});

test("loads TLS and bcrypt only where a web configuration asks for them", async () => {
  const loadedBy = async (config: object | undefined): Promise<readonly string[]> => {
    const folder = testFolder();
    serverCertificate(folder);
    const list = folder.at("loaded.json");
    const preload = folder.at("preload.cjs");
    writeFileSync(
      preload,
      `process.on("exit", () => require("node:fs").writeFileSync(${JSON.stringify(list)}, JSON.stringify(process.moduleLoadList)));`,
    );
    const env = { NODE_OPTIONS: `--require=${preload}` };
    const agent = await startWebAgent(folder, config, { env });
    await agent.curl("/metrics");
    agent.child.kill("SIGTERM");
    await exitOf(agent.child);
    const names = JSON.parse(readFileSync(list, "utf8")) as readonly string[];
    return names.filter((name) => /^NativeModule (?:tls|https|_tls_wrap)$/.test(name)).toSorted();
  };
  expect(await loadedBy(undefined)).toEqual([]);
  expect(await loadedBy({ tls_server_config: tls })).toEqual([
    "NativeModule _tls_wrap",
    "NativeModule https",
    "NativeModule tls",
  ]);
});
