import { describe, expect, it } from "vitest";
import { webLimits } from "../../../agent/expose/web-limits.ts";
import { summaryOf } from "../../../agent/model/incident-record.ts";
import { incident } from "../history/incidents.ts";
import { duplicateSocket, reportOf, socketPath } from "./reports.ts";
import { ask, start } from "./web-client.ts";

const kept = summaryOf(incident("20261122T132000Z"));

describe("routes", () => {
  it("answers /metrics in the classic format, fit for no cache", async () => {
    const { status, headers, body } = await ask(await start(), "/metrics");
    expect({ status, body }).toEqual({ status: 200, body: "a 1\n" });
    expect(headers).toMatchObject({
      "content-type": "test/classic",
      "content-length": "4",
      vary: "Accept",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  it("answers /metrics in OpenMetrics to a scraper that asks for it", async () => {
    const accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5";
    const reply = await ask(await start(), "/metrics", { headers: { accept } });
    expect(reply.headers["content-type"]).toBe("test/open");
  });

  it("answers /api/v1/status with the report", async () => {
    const { status, headers, body } = await ask(await start(), "/api/v1/status?at=now");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(JSON.parse(body)).toEqual(reportOf([duplicateSocket()]));
  });

  it("answers /api/v1/incidents with those that are kept", async () => {
    const server = await start({ incidents: () => [kept] });
    const { status, headers, body } = await ask(server, "/api/v1/incidents");
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(JSON.parse(body)).toEqual({ schema: 1, incidents: [kept] });
  });

  it.each([
    ["/-/healthy", "a sound agent", {}, 200, "ok\n"],
    ["/-/ready", "an agent that has scanned", {}, 200, "ready\n"],
    [
      "/-/healthy",
      "an agent that hangs",
      { health: () => ({ ok: false, text: "no scan for 90 s" }) },
      503,
      "no scan for 90 s\n",
    ],
    [
      "/-/ready",
      "an agent before its first scan",
      { ready: () => ({ ok: false, text: "no scan yet" }) },
      503,
      "no scan yet\n",
    ],
  ])("answers %s of %s", async (path, _, sources, status, body) => {
    const reply = await ask(await start(sources), path);
    expect({ status: reply.status, body: reply.body }).toEqual({ status, body });
  });

  it("answers HEAD like GET, without the body", async () => {
    const server = await start();
    for (const path of ["/", "/metrics", "/api/v1/status", "/-/healthy"]) {
      const { headers: got, ...get } = await ask(server, path);
      const { headers: seen, ...head } = await ask(server, path, { method: "HEAD" });
      expect(head).toEqual({ ...get, body: "" });
      expect({ ...seen, date: "" }).toEqual({ ...got, date: "" });
      expect(Number(seen["content-length"])).toBeGreaterThan(0);
    }
  });

  it("shows people the verdict of each socket, escaped and without script", async () => {
    const path = "/run/<script>alert(1)</script>&\"'.sock";
    const report = reportOf([duplicateSocket(), duplicateSocket({ path, masters: null })], {
      blind: [{ what: "memory", reason: "denied" }],
    });
    const reply = await ask(await start({ status: async () => report }), "/");
    expect(reply.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    });
    expect(reply.body).toContain(`<td>${socketPath}<td>duplicate, confirmed<td>2\n`);
    expect(reply.body).toContain(
      "<td>/run/&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;.sock" +
        "<td>duplicate, confirmed<td>could not tell\n",
    );
    expect(reply.body).toContain("Could not see: memory.");
    expect(reply.body).not.toContain("<script");
    for (const route of ["/metrics", "/-/healthy", "/-/ready", "/api/v1/status"]) {
      expect(reply.body).toContain(`<a href="${route}">${route}</a>`);
    }
  });

  it("says that there is no socket to watch", async () => {
    const reply = await ask(await start({ status: async () => reportOf([]) }), "/");
    expect(reply.body).toContain("No socket to watch.");
  });
});

describe("what is refused", () => {
  it("tells where else to look when there is nothing at a path", async () => {
    const { status, body } = await ask(await start(), "/metric");
    expect({ status, body }).toEqual({
      status: 404,
      body: "Not here. There are: / /metrics /-/healthy /-/ready /api/v1/status /api/v1/incidents\n",
    });
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])(
    "refuses %s, naming what it takes",
    async (method) => {
      const { status, headers } = await ask(await start(), "/metrics", { method });
      expect({ status, allow: headers["allow"] }).toEqual({ status: 405, allow: "GET, HEAD" });
    },
  );

  it.each([
    ["a body of known length", { "content-length": "5" }],
    ["a chunked body", { "transfer-encoding": "chunked" }],
    ["a body that waits for an invitation", { "content-length": "5", expect: "100-continue" }],
  ])("refuses a GET with %s and ends the connection", async (_, headers) => {
    const reply = await ask(await start(), "/metrics", { headers, send: "hello" });
    expect({ status: reply.status, connection: reply.headers["connection"] }).toEqual({
      status: 413,
      connection: "close",
    });
  });

  it("refuses a header section over the limit", async () => {
    const headers = { "x-long": "x".repeat(webLimits.headerBytes) };
    expect((await ask(await start(), "/metrics", { headers })).status).toBe(431);
  });

  it.each([
    ["a name that was made to lead here", "rebound.example:10709", 421],
    ["a name that only starts like ours", "localhost.example", 421],
    ["localhost", "localhost:10709", 200],
    ["the address", "127.0.0.1", 200],
  ])("asked for %s as its host, answers %s with %i", async (_, host, status) => {
    expect((await ask(await start(), "/-/healthy", { headers: { host } })).status).toBe(status);
  });
});

describe("a source that fails", () => {
  it.each([
    ["/metrics", { metricsPage: () => Promise.reject(new Error("secret of /metrics")) }],
    ["/api/v1/status", { status: () => Promise.reject(new Error("secret of the status")) }],
    ["/", { status: () => Promise.reject(new Error("secret of the page")) }],
    [
      "/-/ready",
      {
        ready: () => {
          throw new Error("secret of readiness");
        },
      },
    ],
  ])("makes %s a 500 of one line and is handed on", async (path, sources) => {
    const errors: unknown[] = [];
    const server = await start({ ...sources, onError: (error) => errors.push(error) });
    const { status, body } = await ask(server, path);
    expect({ status, body }).toEqual({
      status: 500,
      body: `${path} could not be answered; the log of onemaster says why.\n`,
    });
    expect(errors).toEqual([
      expect.objectContaining({ message: expect.stringContaining("secret") as string }),
    ]);
  });
});
