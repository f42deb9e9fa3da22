import { describe, expect, it } from "vitest";
import { ListenError } from "../../../agent/expose/listen-error.ts";
import { startWebServer } from "../../../agent/expose/web.ts";
import { fine, start } from "./web-client.ts";

const sources = { ...fine, onError: () => expect.unreachable("no source is asked") };

describe("an address that cannot be listened on", () => {
  it("is named with what was found and what would be right", async () => {
    const { address } = await start();
    const refused = startWebServer(address, sources);
    await expect(refused).rejects.toThrow(ListenError);
    await expect(refused).rejects.toMatchObject({
      name: "ListenError",
      code: "EADDRINUSE",
      address: `127.0.0.1:${address.port}`,
      message:
        `127.0.0.1:${address.port} is in use by another process (another onemaster?); ` +
        "set web.listen to a free address",
    });
  });

  it("is refused when it belongs to another host", async () => {
    await expect(startWebServer({ host: "192.0.2.1", port: 0 }, sources)).rejects.toMatchObject({
      code: "EADDRNOTAVAIL",
      message:
        "192.0.2.1:0 is no address of this host; " +
        "set web.listen to one that is, such as 127.0.0.1:10709",
    });
  });

  it.each([
    ["EACCES", "[::1]:80 may not be bound by this user; set web.listen to a port of 1024 or above"],
    [
      "ENOTFOUND",
      "[::1]:80 could not be resolved; set web.listen to an IP address, such as 127.0.0.1:10709",
    ],
    ["ENOBUFS", "[::1]:80 cannot be listened on (ENOBUFS); set web.listen to another address"],
  ])("is explained for %s", (code, message) => {
    const error = new ListenError("[::1]:80", Object.assign(new Error("bind"), { code }));
    expect({ code: error.code, message: error.message }).toEqual({ code, message });
  });
});
