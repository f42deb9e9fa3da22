import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Report } from "../../../agent/model/report.ts";
import { reportOf } from "./reports.ts";
import { ask, later, rawClient, readToEnd, start } from "./web-client.ts";

describe("a client that costs too much", () => {
  const short = { headersMs: 60, requestMs: 60, checkEveryMs: 20 };

  it("is told 408 and cut when its header does not end", async () => {
    const client = await rawClient(await start({}, short), "GET /metrics HTTP/1.1\r\nHost: ");
    expect(await readToEnd(client)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("is told 408 and cut when it sends nothing at all", async () => {
    const client = await rawClient(await start({}, short), "");
    expect(await readToEnd(client)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("is cut when nothing moves for too long while it waits for an answer", async () => {
    const server = await start({ status: () => new Promise(() => {}) }, { idleMs: 60 });
    const client = await rawClient(server, "GET /api/v1/status HTTP/1.0\r\n\r\n");
    expect(await readToEnd(client)).toBe("");
  });

  it("is cut when it rests too long between two requests", async () => {
    const server = await start({}, { keepAliveMs: 60 });
    const client = await rawClient(server, "GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    expect(await readToEnd(client)).toMatch(/^HTTP\/1\.1 200 [\s\S]*ok\n$/);
  });

  it("is closed at once when too many are there, and the others stay", async () => {
    const server = await start({}, { connections: 1 });
    const first = await rawClient(server, "");
    const second = await rawClient(server, "GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    second.on("error", () => second.destroy());
    expect(await readToEnd(second)).toBe("");
    first.write("GET /-/healthy HTTP/1.0\r\n\r\n");
    expect(await readToEnd(first)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("close", () => {
  it("lets a running answer finish, takes no new connection, and then resolves", async () => {
    const asked = later<void>();
    const report = later<Report>();
    const server = await start({
      status: () => {
        asked.resolve();
        return report.promise;
      },
    });
    const idle = await rawClient(server, "");
    const idleClosed = once(idle, "close");
    const answered = ask(server, "/api/v1/status", { headers: { connection: "keep-alive" } });
    await asked.promise;
    const steps: string[] = [];
    const closing = server.close().finally(() => steps.push("closed"));
    await expect(ask(server, "/-/healthy")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    steps.push("answered");
    report.resolve(reportOf([]));
    const { status, headers } = await answered;
    expect({ status, connection: headers["connection"] }).toEqual({
      status: 200,
      connection: "close",
    });
    await Promise.all([closing, idleClosed]);
    expect(steps).toEqual(["answered", "closed"]);
  });

  it("cuts an answer that does not come in time", async () => {
    const asked = later<void>();
    const server = await start(
      {
        status: () => {
          asked.resolve();
          return new Promise(() => {});
        },
      },
      { closeMs: 50 },
    );
    const answered = ask(server, "/api/v1/status");
    await asked.promise;
    await Promise.all([server.close(), expect(answered).rejects.toThrow(/hang up|ECONNRESET/)]);
  });

  it("does not wait for a client that is still sending its header", async () => {
    const server = await start();
    const client = await rawClient(server, "GET / HTTP/1.1\r\nHost: ");
    const ended = readToEnd(client);
    await ask(server, "/-/healthy");
    await server.close();
    expect(await ended).toBe("");
  });

  it("may be called twice", async () => {
    const server = await start();
    expect(server.close()).toBe(server.close());
    await expect(ask(server, "/")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
