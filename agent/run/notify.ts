import type { Clock } from "../model/clock.ts";
import type { Report, SocketReport } from "../model/report.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import type { Logger } from "./logger.ts";
import { notifySystemd } from "./notify-systemd.ts";

/** What the agent says to the service manager that started it: sd_notify(3). */
export interface Notifier {
  /** The first scan is complete and the web server listens. */
  ready(report: Report): void;
  /** A scan has run to its end, which is all that feeds the watchdog. */
  scanned(report: Report): void;
  stopping(): void;
}

/** What a notifier works with. */
export interface NotifierParts {
  /** Where WATCHDOG_USEC and WATCHDOG_PID are. */
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  /** The longest time between two scans. */
  readonly intervalMs: () => number;
  readonly clock: Clock;
  readonly logger: Pick<Logger, "warn">;
  /** Sends assignments as one message; rejects when that failed. */
  readonly send?: (assignments: readonly string[]) => Promise<void>;
}

/** Of the time after which the watchdog bites, as sd_watchdog_enabled(3) advises less than half. */
const PING_SHARE = 3;
/** A state that flaps, or a manager that cannot be told, makes no more children than this. */
const AT_MOST_EVERY_MS = 5_000;

/**
 * A notifier for an agent that systemd started with `Type=notify`. Each message is a child for some
 * 4 ms of a core, since Node has no datagrams on unix sockets: one a third of the watchdog's time,
 * and one when the verdict changes. Where three intervals are longer than the watchdog's time, it is
 * told to wait for so long: a quiet agent is no dead one.
 */
export function createNotifier(parts: NotifierParts): Notifier {
  const { clock, intervalMs, logger, send = notifySystemd } = parts;
  const ownMs = watchdogMs(parts);
  let patienceMs = ownMs;
  let status = "";
  /** What is on its way or was said last; undefined: it did not arrive. */
  let told: string | undefined;
  let toldAtMs = -Infinity;
  /** What did not arrive and has to. */
  let owed: readonly string[] = [];
  let failing = false;
  let ready = false;
  let stopping = false;
  let sending: Promise<void> = Promise.resolve();

  /** One after the other: they arrive in the order in which they were said. */
  function tell(...states: readonly string[]): void {
    told = status;
    toldAtMs = clock.monotonicMs();
    const feed = patienceMs === undefined ? [] : ["WATCHDOG=1"];
    sending = tellAfter(sending, states, [...feed, `STATUS=${status}`]);
  }

  async function tellAfter(
    previous: Promise<void>,
    states: readonly string[],
    passing: readonly string[],
  ): Promise<void> {
    await previous;
    const lasting = [...owed, ...states];
    try {
      await send([...lasting, ...passing]);
      owed = [];
      failing = false;
    } catch (error) {
      owed = lasting;
      told = undefined;
      // a stop by systemd ends every process of the service at once, and it needs no telling then
      const worthALine = !failing && !stopping;
      if (worthALine) logger.warn({ err: error }, "systemd could not be told how the agent is");
      failing = true;
    }
  }

  /** The assignment that makes the watchdog wait for long intervals; none where it does already. */
  function patience(): readonly string[] {
    if (ownMs === undefined) return [];
    const wantedMs = Math.max(ownMs, PING_SHARE * intervalMs());
    if (wantedMs === patienceMs) return [];
    patienceMs = wantedMs;
    return [`WATCHDOG_USEC=${wantedMs * 1_000}`];
  }

  return {
    ready(report) {
      ready = true;
      status = statusLine(report);
      tell("READY=1", ...patience());
    },
    scanned(report) {
      if (!ready) return;
      if (!stopping) status = statusLine(report);
      const changed = patience();
      const nowMs = clock.monotonicMs();
      const everyMs = patienceMs === undefined ? Infinity : patienceMs / PING_SHARE;
      const rested = nowMs - toldAtMs >= Math.min(everyMs, AT_MOST_EVERY_MS);
      const due = status !== told || nowMs - toldAtMs >= everyMs;
      if (changed.length > 0) tell(...changed);
      else if (due && rested) tell();
    },
    stopping() {
      stopping = true;
      status = "stopping";
      tell("STOPPING=1");
    },
  };
}

/** The watchdog's time; undefined where there is none, or it waits for another process. */
function watchdogMs({ env, pid }: NotifierParts): number | undefined {
  const owner = env["WATCHDOG_PID"];
  if (owner !== undefined && owner !== `${pid}`) return undefined;
  const microseconds = Number(env["WATCHDOG_USEC"] ?? "");
  return microseconds > 0 ? microseconds / 1_000 : undefined;
}

/** What `systemctl status` shows: the worst verdict, where, and how many sockets there are. */
function statusLine({ verdict, sockets, blind }: Report): string {
  const worst = sockets.filter((socket) => socket.verdict === verdict);
  const hidden = blind.length === 0 ? "" : "; not all could be seen";
  if (worst[0] === undefined) return `${verdict}: no gunicorn listens on a unix socket${hidden}`;
  const more = worst.length === 1 ? "" : ` and ${worst.length - 1} more`;
  const all = sockets.length === worst.length ? "" : `, of ${sockets.length} sockets`;
  // a path may hold a line end, behind which systemd would read another assignment
  return escapeUnprintable(`${headOf(worst[0])}${more}${all}${hidden}`);
}

function headOf({ verdict, confirmed, path }: SocketReport): string {
  return `${verdict}${confirmed ? " (confirmed)" : ""}: ${path}`;
}
