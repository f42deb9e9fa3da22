import type { IncomingMessage, RequestOptions } from "node:http";
import type { Clock } from "../model/clock.ts";
import type { AlertmanagerAccess } from "../model/settings.ts";
import { type Credentials, readCredentials } from "./alertmanager-credentials.ts";

/** Where one push goes, and how. */
export interface Destination {
  /** Without the path of the API and without a slash at the end. */
  readonly url: string;
  readonly timeoutMs: number;
  readonly access: AlertmanagerAccess;
}

/** What became of one push. Failures of one `kind` are the same trouble. */
export type PushResult =
  | { readonly ok: true; readonly serverMs: number | undefined }
  | {
      readonly ok: false;
      readonly kind: string;
      /** One sentence for people. */
      readonly reason: string;
      /** Wall clock of the other side, milliseconds since 1970; undefined: it did not say. */
      readonly serverMs: number | undefined;
    };

/** So much of an answer is read: enough for the reason of a refusal. */
const MOST_BYTES = 1_024;

/**
 * Posts a list of alerts, as JSON, to version 2 of Alertmanager's API. Whatever the other side does,
 * this settles within `timeoutMs`, or once `signal` aborts, reads no more than a kilobyte and
 * follows no redirect, which could carry a password to where it does not belong. Never rejects.
 */
export async function postAlerts(
  destination: Destination,
  body: string,
  clock: Pick<Clock, "after">,
  signal: AbortSignal,
): Promise<PushResult> {
  const { timeoutMs, access } = destination;
  const either = new AbortController();
  const abort = (): void => either.abort();
  let isLate = false;
  const cancel = clock.after(timeoutMs, () => {
    isLate = true;
    abort();
  });
  // not by AbortSignal.any: Node 20 keeps something of each for as long as `signal` lives
  signal.addEventListener("abort", abort);
  try {
    const credentials = await readCredentials(access);
    if ("failure" in credentials) return failure("credentials", credentials.failure);
    return await send(destination, body, credentials, either.signal);
  } catch (error) {
    if (isLate) return failure("timeout", `no answer within ${timeoutMs} ms`);
    return failure(codeOf(error), reasonOf(error));
  } finally {
    cancel();
    signal.removeEventListener("abort", abort);
  }
}

async function send(
  { url }: Destination,
  body: string,
  { authorization, ca }: Credentials,
  signal: AbortSignal,
): Promise<PushResult> {
  const options: RequestOptions & { ca?: string } = {
    method: "POST",
    // one connection a push: there are few, and a kept one is a descriptor and a wake-up
    agent: false,
    signal,
    headers: {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "user-agent": "onemaster",
      ...(authorization === undefined ? {} : { authorization }),
    },
    ...(ca === undefined ? {} : { ca }),
  };
  // loaded only here: TLS costs memory that most agents never need
  const { request } = url.startsWith("https:")
    ? await import("node:https")
    : await import("node:http");
  return await new Promise((resolve, reject) => {
    const outgoing = request(`${url}/api/v2/alerts`, options, (answer) => {
      judge(answer).then(resolve, reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function judge(answer: IncomingMessage): Promise<PushResult> {
  const status = answer.statusCode ?? 0;
  const { location, date, "content-type": type = "" } = answer.headers;
  const serverMs = timeOf(date);
  if (status >= 200 && status < 300) {
    answer.destroy();
    // what is no Alertmanager may be content with anything: a page is not its answer
    return type.startsWith("text/html")
      ? failure("page", `answered ${status} with a page: is it an Alertmanager?`, serverMs)
      : { ok: true, serverMs };
  }
  const said = await beginningOf(answer);
  const kind = `status ${status}`;
  if (status >= 300 && status < 400) {
    const where = location === undefined ? "another place" : printable(location);
    return failure(kind, `answered ${status} to ${where}: write that as the url`, serverMs);
  }
  const more = said === "" ? "" : `: ${printable(said)}`;
  return failure(kind, `answered ${status}${more}`, serverMs);
}

/** The first bytes of an answer, however long and slow it is. */
async function beginningOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length >= MOST_BYTES) break; // ends the iteration, and with it the connection
  }
  return Buffer.concat(parts).toString("utf8", 0, MOST_BYTES);
}

/** One line of a text of somebody else, short enough for a log. */
function printable(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function timeOf(date: string | undefined): number | undefined {
  const ms = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}

function failure(kind: string, reason: string, serverMs?: number): PushResult {
  return { ok: false, kind, reason, serverMs };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "error";
}

function reasonOf(error: unknown): string {
  // a name with several addresses fails with one error for each of them
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map(reasonOf).join(", ");
  }
  return error instanceof Error ? printable(error.message) : printable(String(error));
}
