import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { askOwner } from "../../../agent/probe/owner-answer.ts";
import { exitOf } from "../../support/program.ts";
import { startPython } from "./eyes-helpers.ts";
import { temporaryFolder } from "./fake-proc.ts";

const PATIENCE_MS = 2_000;

async function listening(server: Server): Promise<string> {
  const path = `${temporaryFolder()}/app.sock`;
  server.listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return path;
}

/** A server that does this with every connection. */
function serverOf(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onTestFinished(() => void socket.destroy());
    answer(socket);
  });
  return listening(server);
}

describe("an owner answers", () => {
  it.each([200, 302, 404, 500, 503])("with %i, which is as good as any", async (status) => {
    const asked: unknown[] = [];
    const server = createHttp((request, response) => {
      const { method, url, headers, httpVersion } = request;
      asked.push({ method, url, headers, httpVersion });
      response.writeHead(status).end();
    });
    const answer = await askOwner(await listening(server), PATIENCE_MS);
    expect(answer).toEqual({ kind: "answered", status, tookMs: expect.any(Number) });
    expect(asked).toEqual([
      {
        method: "OPTIONS",
        url: "/",
        httpVersion: "1.1",
        headers: { host: "localhost", "user-agent": "onemaster", connection: "close" },
      },
    ]);
  });

  it("byte by byte", async () => {
    const path = await serverOf((socket) => {
      const line = "HTTP/1.0 200 OK\r\n".split("");
      const next = (): void =>
        void socket.write(line.shift() ?? "", () => line.length > 0 && next());
      next();
    });
    expect(await askOwner(path, PATIENCE_MS)).toMatchObject({ kind: "answered", status: 200 });
  });

  it("and closes in the same moment", async () => {
    const path = await serverOf((socket) => void socket.end("HTTP/1.1 204\r\n\r\n"));
    expect(await askOwner(path, PATIENCE_MS)).toMatchObject({ kind: "answered", status: 204 });
  });
});

describe("an owner is silent", () => {
  it.each([
    ["says something else", "SSH-2.0-OpenSSH_9.2p1\r\n", "what it answers is no HTTP"],
    ["never ends its line", `HTTP/1.1 200 ${"x".repeat(9_000)}`, "what it answers is no HTTP"],
  ])("that %s", async (_, said, why) => {
    const path = await serverOf((socket) => void socket.write(said));
    expect(await askOwner(path, PATIENCE_MS)).toEqual({ kind: "silent", why });
  });

  it("that hangs up", async () => {
    const path = await serverOf((socket) => void socket.end());
    const why = "it closed the connection without an answer";
    expect(await askOwner(path, PATIENCE_MS)).toEqual({ kind: "silent", why });
  });

  it("that hangs up in the middle of its line", async () => {
    const path = await serverOf((socket) => void socket.end("HTTP/1.1 2"));
    expect(await askOwner(path, PATIENCE_MS)).toMatchObject({ kind: "silent" });
  });

  it("that takes the connection and says nothing", async () => {
    const path = await serverOf(() => undefined);
    expect(await askOwner(path, 50)).toEqual({ kind: "silent", why: "no answer in 50 ms" });
  });

  it("that takes no more connections", async () => {
    const path = `${temporaryFolder()}/app.sock`;
    await startPython(`
import socket, time
held = socket.socket(socket.AF_UNIX)
held.bind(${JSON.stringify(path)})
held.listen(0)
waiting = socket.socket(socket.AF_UNIX)
waiting.connect(${JSON.stringify(path)})
print(1)
time.sleep(100)`);
    expect(await askOwner(path, PATIENCE_MS)).toEqual({ kind: "silent", why: "EAGAIN" });
  });

  it("that was killed and has left its file", async () => {
    const path = `${temporaryFolder()}/app.sock`;
    const child = await serverProcess(path);
    child.kill("SIGKILL");
    await exitOf(child);
    expect(await askOwner(path, PATIENCE_MS)).toEqual({ kind: "silent", why: "ECONNREFUSED" });
  });

  it.each([
    ["nothing stands", "none", "ENOENT"],
    ["a plain file stands", "file", "ECONNREFUSED"],
    ["a folder stands", "folder", "ECONNREFUSED"],
    ["the name is too long", "x".repeat(108), "its name is too long to connect to"],
    ["the name is too long in bytes", "é".repeat(54), "its name is too long to connect to"],
    ["the name is written for people", "a\\xff.sock", expect.stringMatching(/escaped/)],
  ])("where %s", async (_, name, why) => {
    const folder = temporaryFolder();
    writeFileSync(`${folder}/file`, "");
    mkdirSync(`${folder}/folder`);
    expect(await askOwner(`${folder}/${name}`, PATIENCE_MS)).toEqual({ kind: "silent", why });
  });
});

it("asks a path of 107 bytes, the longest there is", async () => {
  const folder = temporaryFolder();
  const path = `${folder}/${"x".repeat(107 - folder.length - 1)}`;
  const server = createHttp((_, response) => void response.end()).listen(path);
  onTestFinished(() => void server.close());
  await once(server, "listening");
  expect(await askOwner(path, PATIENCE_MS)).toMatchObject({ kind: "answered" });
});

async function serverProcess(path: string): Promise<ChildProcess> {
  const script = `require("net").createServer().listen(${JSON.stringify(path)},()=>console.log(1))`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}
