import type { RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { describe, expect, it } from "vitest";
import { postAlerts } from "../../../agent/expose/alertmanager-post.ts";
import { systemClock } from "../../../agent/run/clock.ts";
import { listening, nobody, post, saying, serving } from "./alertmanager-servers.ts";

describe("a push", () => {
  it("is a POST of JSON to version 2 of the API, on a connection of its own", async () => {
    const { url, asked } = await serving((_, response) => response.end());
    expect(await post(`${url}/am`)).toEqual({ ok: true, serverMs: expect.any(Number) as number });
    const [{ request, body } = { request: undefined, body: "" }] = asked;
    expect([request?.method, request?.url, body]).toEqual(["POST", "/am/api/v2/alerts", "[]"]);
    expect(request?.headers).toMatchObject({
      "content-type": "application/json",
      "content-length": "2",
      connection: "close",
      "user-agent": "onemaster",
    });
    expect(request?.headers).not.toHaveProperty("authorization");
  });

  it.each<[answers: string, listener: RequestListener, kind: string, reason: string]>([
    [
      "400 with its reason",
      (_, response) => response.writeHead(400).end('{"code":601,\n"message":"bad"}'),
      "status 400",
      'answered 400: {"code":601, "message":"bad"}',
    ],
    [
      "500 without end",
      (_, response) => {
        response.writeHead(500);
        for (let index = 0; index < 1_000; index += 1) response.write("x".repeat(1_000));
      },
      "status 500",
      `answered 500: ${"x".repeat(200)}…`,
    ],
    [
      "503 and nothing",
      (_, response) => response.writeHead(503).end(),
      "status 503",
      "answered 503",
    ],
    [
      "a redirect, which is not followed",
      (_, response) => response.writeHead(302, { location: "https://other/am" }).end(),
      "status 302",
      "answered 302 to https://other/am: write that as the url",
    ],
    [
      "a redirect to nowhere",
      (_, response) => response.writeHead(304).end(),
      "status 304",
      "answered 304 to another place: write that as the url",
    ],
    [
      "with a page, as what is no Alertmanager may",
      (_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      "page",
      "answered 200 with a page: is it an Alertmanager?",
    ],
    ["by hanging up", (request) => request.socket.destroy(), "ECONNRESET", "socket hang up"],
  ])("has failed where the other side answers %s", async (_, listener, kind, reason) => {
    const { url } = await serving(listener);
    expect(await post(url)).toMatchObject({ ok: false, kind, reason });
  });

  it.each<[does: string, bytes: string, again: string, kind: string]>([
    ["says nothing", "", "", "timeout"],
    ["speaks another language", "220 mail.example.org ESMTP\r\n", "", "HPE_INVALID_CONSTANT"],
    ["never ends its headers", "HTTP/1.1 200 OK\r\n", "x: y\r\n", "timeout"],
    ["never ends a refusal", "HTTP/1.1 500 No\r\ncontent-length: 9\r\n\r\n", "", "timeout"],
    [
      "has headers without end",
      "HTTP/1.1 200 OK\r\n",
      `x: ${"y".repeat(9_000)}\r\n`,
      "HPE_HEADER_OVERFLOW",
    ],
  ])("has failed in time where the other side %s", async (_, bytes, again, kind) => {
    const url = await saying(bytes, again);
    const startedMs = performance.now();
    expect(await post(url, nobody, 300)).toMatchObject({ ok: false, kind });
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });

  it("is content with an answer whose body never ends", async () => {
    const url = await saying("HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n", "x");
    expect(await post(url)).toMatchObject({ ok: true });
  });

  it("has failed where nobody listens, or no such host is", async () => {
    const server = createTcpServer();
    const port = await listening(server);
    server.close();
    expect(await post(`http://127.0.0.1:${port}`)).toMatchObject({
      ok: false,
      kind: "ECONNREFUSED",
      reason: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    expect(await post("http://no-such-host.invalid")).toMatchObject({ ok: false });
  });

  it("ends when it is told to", async () => {
    const url = await saying("");
    const stop = new AbortController();
    const result = postAlerts(
      { url, timeoutMs: 60_000, access: nobody },
      "[]",
      systemClock,
      stop.signal,
    );
    stop.abort();
    expect(await result).toMatchObject({ ok: false, kind: "ABORT_ERR" });
  });
});
