import * as fc from "fast-check";
import { expect, it } from "vitest";
import { parseStatusLine } from "../../../agent/parse/http-status-line.ts";
import { anyText } from "./any-text.ts";

it.each([
  ["an answer of gunicorn", "HTTP/1.1 200 OK\r\nServer: gunicorn\r\n", 200],
  ["HTTP/1.0", "HTTP/1.0 404 Not Found\r\n\r\n", 404],
  ["an error", "HTTP/1.1 503 Service Unavailable\r\n", 503],
  ["an empty reason", "HTTP/1.1 302 \r\n", 302],
  ["no reason and no blank", "HTTP/1.1 204\r\n", 204],
  ["a bare line feed", "HTTP/1.1 200 OK\n", 200],
  ["a reason in another alphabet", "HTTP/1.1 400 \xe4\xb8\xad\r\n", 400],
  ["an interim answer", "HTTP/1.1 100 Continue\r\n", 100],
])("reads %s", (_, text, status) => {
  expect(parseStatusLine(text)).toEqual({ kind: "status", status });
});

it("waits for the end of the line, however it is cut", () => {
  const line = "HTTP/1.1 200 OK\r\n";
  for (let length = 0; length < line.length; length += 1) {
    expect(parseStatusLine(line.slice(0, length))).toEqual({ kind: "more" });
  }
});

it.each([
  ["another protocol, at its first byte", "S"],
  ["another protocol", "SSH-2.0-OpenSSH_9.2p1\r\n"],
  ["HTTP/2", "HTTP/2 200\r\n"],
  ["HTTP/1.2", "HTTP/1.2 200 OK\r\n"],
  ["two digits", "HTTP/1.1 20 OK\r\n"],
  ["four digits", "HTTP/1.1 2000 OK\r\n"],
  ["a status that there is not", "HTTP/1.1 600 OK\r\n"],
  ["an empty line first", "\r\nHTTP/1.1 200 OK\r\n"],
  ["a line that does not end", `HTTP/1.1 200 ${"x".repeat(1_024)}`],
  ["a line that ends too late", `HTTP/1.1 200 ${"x".repeat(1_024)}\r\n`],
  ["a carriage return in the line", "HTTP/1.1 200 a\rb\r\n"],
])("takes %s for no HTTP", (_, text) => {
  expect(parseStatusLine(text)).toEqual({ kind: "other" });
});

it("never throws", () => {
  fc.assert(
    fc.property(anyText, (garbage) => {
      expect(() => parseStatusLine(garbage)).not.toThrow();
    }),
  );
});
