import { createServer } from "node:http";
import { onTestFinished } from "vitest";
import type { Labels } from "./prometheus.ts";

/** One notification of Alertmanager: a group of alerts, in the words of its webhook, version 4. */
export interface Notification {
  /** When it came, milliseconds since 1970. */
  readonly receivedAtMs: number;
  /** The last part of the URL it came to: which receiver of the routes was told. */
  readonly receiver: string;
  readonly status: "firing" | "resolved";
  readonly groupLabels: Labels;
  readonly commonLabels: Labels;
  readonly alerts: readonly NotifiedAlert[];
}

/** An alert within a notification. */
export interface NotifiedAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly startsAt: string;
  readonly endsAt: string;
}

/** Whoever is woken: it takes webhooks and keeps all of them. Ends when the test is finished. */
export interface Receiver {
  /** The webhook URL for one receiver of the routes, such as `pager`. */
  urlOf(receiver: string): string;
  /** All that came, oldest first. */
  notifications(): readonly Notification[];
  /** Answers 500 from now on, or 200 again. What is refused is not kept. */
  refuse(refuses: boolean): void;
}

/** Starts a receiver at a free port of an address; absent: 127.0.0.1. */
export async function startReceiver(host = "127.0.0.1"): Promise<Receiver> {
  const kept: Notification[] = [];
  let refuses = false;
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      outgoing.writeHead(refuses ? 500 : 200).end();
      if (refuses) return;
      const said = JSON.parse(Buffer.concat(parts).toString()) as Notification;
      kept.push({
        receivedAtMs: Date.now(),
        receiver: decodeURIComponent((incoming.url ?? "").slice(1)),
        status: said.status,
        groupLabels: said.groupLabels,
        commonLabels: said.commonLabels,
        alerts: said.alerts,
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    urlOf: (receiver) => `http://${host}:${port}/${encodeURIComponent(receiver)}`,
    notifications: () => kept,
    refuse: (now) => {
      refuses = now;
    },
  };
}
