import type { IncomingMessage } from "node:http";
import type { IncidentSummary } from "../model/incident-record.ts";
import type { Report } from "../model/report.ts";
import { wantsOpenMetrics } from "./accept.ts";
import { frontPage } from "./front-page.ts";
import { hostIsOurs } from "./host-header.ts";

/** Where the answers come from. The server only asks; nothing it can be sent changes the host. */
export interface WebSources {
  metricsPage(
    openMetrics: boolean,
  ): Promise<{ readonly contentType: string; readonly body: string }>;
  status(): Promise<Report>;
  /** The incidents that are kept, newest first. */
  incidents(): readonly IncidentSummary[];
  health(): Health;
  ready(): Health;
  /** Takes every error that made an answer fail. */
  onError(error: unknown): void;
}

/** `text` is what the reader sees: one line, the reason where it is not ok. */
export interface Health {
  readonly ok: boolean;
  readonly text: string;
}

/** One HTTP answer, before it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Route = (sources: WebSources, request: IncomingMessage) => Promise<Answer>;

const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/", front],
  ["/metrics", metrics],
  ["/-/healthy", async (sources) => health(sources.health())],
  ["/-/ready", async (sources) => health(sources.ready())],
  ["/api/v1/status", status],
  ["/api/v1/incidents", async (sources) => json({ schema: 1, incidents: sources.incidents() })],
]);

const routeNames = [...routes.keys()];

/**
 * The answer to a request. Never rejects: a source that fails becomes a 500 of one line, and
 * its error goes to `onError`. `listenHost` is the address as configured.
 */
export async function answer(
  request: IncomingMessage,
  sources: WebSources,
  listenHost: string,
): Promise<Answer> {
  const { host } = request.headers;
  if (!hostIsOurs(host, listenHost)) {
    return text(421, `Host "${host}" is not this server; ask for ${listenHost} or localhost.`);
  }
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  const route = routes.get(path);
  if (route === undefined) return text(404, `Not here. There are: ${routeNames.join(" ")}`);
  if (request.method !== "GET" && request.method !== "HEAD") {
    return text(405, "Only GET and HEAD: nothing can be changed here.", { Allow: "GET, HEAD" });
  }
  if (hasBody(request)) {
    return text(413, "A request body is not taken.");
  }
  try {
    return await route(sources, request);
  } catch (error) {
    sources.onError(error);
    return text(500, `${path} could not be answered; the log of onemaster says why.`);
  }
}

async function metrics(sources: WebSources, request: IncomingMessage): Promise<Answer> {
  const page = await sources.metricsPage(wantsOpenMetrics(request.headers.accept));
  return {
    status: 200,
    headers: { "Content-Type": page.contentType, Vary: "Accept" },
    body: page.body,
  };
}

async function status(sources: WebSources): Promise<Answer> {
  return json(await sources.status());
}

function json(value: unknown): Answer {
  return {
    status: 200,
    headers: { "Content-Type": "application/json; charset=utf-8" },
    body: `${JSON.stringify(value)}\n`,
  };
}

async function front(sources: WebSources): Promise<Answer> {
  return {
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    },
    body: frontPage(
      await sources.status(),
      routeNames.filter((name) => name !== "/"),
    ),
  };
}

function health({ ok, text: reason }: Health): Answer {
  return text(ok ? 200 : 503, reason);
}

/** An answer of one line. */
export function text(
  code: number,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status: code,
    headers: { "Content-Type": "text/plain; charset=utf-8", ...headers },
    body: `${line}\n`,
  };
}

/** True when the request announces a body, which is never read: its connection then ends. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
