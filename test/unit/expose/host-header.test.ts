import { expect, it } from "vitest";
import { hostIsOurs } from "../../../agent/expose/host-header.ts";

it.each([
  ["no header, as in HTTP/1.0", undefined, "127.0.0.1", true],
  ["an IPv4 address with a port", "127.0.0.1:10709", "127.0.0.1", true],
  ["an IPv6 address with a port", "[::1]:10709", "::1", true],
  ["localhost in capitals, with its root dot", "LOCALHOST.:10709", "127.0.0.2", true],
  ["a foreign name on a loopback address", "rebound.example", "127.0.0.1", false],
  ["a foreign name on IPv6 loopback", "rebound.example:10709", "::1", false],
  ["a foreign name on localhost", "rebound.example", "localhost", false],
  ["a name dressed up as an address", "127.0.0.1.rebound.example", "127.0.0.1", false],
  ["an empty header", "", "127.0.0.1", false],
  ["any name on an address that others can reach", "vm.example:10709", "192.0.2.7", true],
  ["any name on all addresses", "vm.example", "0.0.0.0", true],
])("%s", (_, header, listenHost, ours) => {
  expect(hostIsOurs(header, listenHost)).toBe(ours);
});
