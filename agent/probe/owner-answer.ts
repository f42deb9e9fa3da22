import { connect } from "node:net";
import type { Answer } from "../model/acting.ts";
import { pathProblem } from "../model/plain-path.ts";
import { parseStatusLine } from "../parse/http-status-line.ts";

/** sun_path of unix(7), without its closing NUL: libuv cuts what is longer. */
const LONGEST_PATH_BYTES = 107;

/**
 * OPTIONS is safe by RFC 9110, as GET is, and most applications answer it without any work. Not
 * HEAD: an application that gives it a body, as an ordinary one does, costs a tornado worker its
 * life (`Tried to write more data than Content-Length`).
 */
const request = [
  "OPTIONS / HTTP/1.1",
  "Host: localhost",
  "User-Agent: onemaster",
  "Connection: close",
  "\r\n",
].join("\r\n");

/**
 * Sends `OPTIONS /` to whoever listens at `path` and tells the status of the answer, whatever it is.
 * `silent` when none has come after `patienceMs`, with why. A full queue is silence as well: the
 * server did not serve. One request that the server counts and logs as any other.
 */
export function askOwner(path: string, patienceMs: number): Promise<Answer> {
  const problem = pathProblem(path) ?? lengthProblem(path);
  if (problem !== undefined) return Promise.resolve({ kind: "silent", why: problem });
  return new Promise((resolve) => {
    const startMs = performance.now();
    const socket = connect({ path });
    let said = "";
    const settle = (answer: Answer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const silent = (why: string): void => settle({ kind: "silent", why });
    const timer = setTimeout(() => silent(`no answer in ${patienceMs} ms`), patienceMs);
    socket.setEncoding("latin1");
    socket.once("connect", () => socket.write(request));
    socket.on("data", (piece: string) => {
      said += piece;
      const line = parseStatusLine(said);
      if (line.kind === "other") silent("what it answers is no HTTP");
      if (line.kind !== "status") return;
      settle({ kind: "answered", status: line.status, tookMs: performance.now() - startMs });
    });
    socket.once("end", () => silent("it closed the connection without an answer"));
    // stays for errors after the answer, which change nothing
    socket.on("error", (error: NodeJS.ErrnoException) => silent(error.code ?? error.message));
  });
}

function lengthProblem(path: string): string | undefined {
  const bytes = Buffer.byteLength(path);
  return bytes > LONGEST_PATH_BYTES ? "its name is too long to connect to" : undefined;
}
