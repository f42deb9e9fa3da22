import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseListenAddress } from "../../../agent/parse/listen-address.ts";

it.each([
  ["127.0.0.1:10709", { host: "127.0.0.1", port: 10_709 }],
  ["0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
  ["localhost:0", { host: "localhost", port: 0 }],
  ["vm-1.example.org:65535", { host: "vm-1.example.org", port: 65_535 }],
  ["[::1]:10709", { host: "::1", port: 10_709 }],
  ["[::]:10709", { host: "::", port: 10_709 }],
  ["[::ffff:127.0.0.1]:1", { host: "::ffff:127.0.0.1", port: 1 }],
  ["[fe80::1%eth0]:1", { host: "fe80::1%eth0", port: 1 }],
  [":10709", undefined],
  ["10709", undefined],
  ["127.0.0.1", undefined],
  ["127.0.0.1:", undefined],
  ["127.0.0.1:65536", undefined],
  ["127.0.0.1:-1", undefined],
  ["127.0.0.1:http", undefined],
  ["::1:10709", undefined],
  ["[]:10709", undefined],
  ["[127.0.0.1]:10709", undefined],
  ["[::1]", undefined],
  ["http://localhost:80", undefined],
  ["a b:80", undefined],
  ["localhost:80\n", undefined],
  ["", undefined],
])("reads %j as %j", (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

it("never throws", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parseListenAddress(text)).not.toThrow();
    }),
  );
});
