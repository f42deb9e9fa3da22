import type { Clock } from "../model/clock.ts";
import type { RemediationView } from "../model/remediation.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { UnitsSeen } from "../model/unit.ts";
import type { Metrics } from "../expose/metrics.ts";
import { createFailureLog, type ReadFailureTotals } from "../probe/failures.ts";
import type { ActingPart } from "./acting-part.ts";
import type { Logger } from "./logger.ts";
import { createRemediationView } from "./remediation-view.ts";

/** What the agent's own acting works with. */
export interface AgentRemediationParts {
  readonly settings: () => Settings;
  readonly bootId: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** A scan that begins after this call. */
  readonly scan: () => Promise<Report>;
}

/** Everything by which the agent changes its host. */
export interface AgentRemediation {
  /** Looks at what an earlier agent left. */
  start(): Promise<void>;
  /** Says whether this agent may do what its settings ask for, by a real probe. */
  tellRights(report: Report): Promise<void>;
  /** What is to be known about remediation, as of a moment ago; undefined: nothing yet. */
  view(): RemediationView | undefined;
  /** Takes a scan. What follows from it goes on in the background. */
  scanned(report: Report, units: UnitsSeen | undefined): void;
  /** Reads that failed while acting, by kind since the start. */
  readonly failures: ReadFailureTotals;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Looks at the state directory are at least so far apart. */
const VIEW_EVERY_MS = 1_000;

/**
 * The acting part of an agent. Nothing of it delays or fails a scan. Its code is loaded when there
 * is something to do: an agent that only observes does not pay for it.
 */
export function createAgentRemediation(parts: AgentRemediationParts): AgentRemediation {
  const { settings, clock, metrics, logger } = parts;
  const failures = createFailureLog();
  const lookAtState = createRemediationView();
  let view: RemediationView | undefined;
  let viewedAtMs = -Infinity;
  let viewing: Promise<void> = Promise.resolve();
  let acting: Promise<ActingPart> | undefined;
  let loaded: ActingPart | undefined;
  let stopped = false;

  /** What is not known may be: looking costs little. */
  function unfinished(): boolean {
    return view !== undefined && view.unfinished?.length !== 0;
  }

  function load(): Promise<ActingPart> {
    acting ??= loadNow();
    return acting;
  }

  async function loadNow(): Promise<ActingPart> {
    const { createActingPart } = await import("./acting-part.ts");
    loaded = createActingPart(parts, failures, unfinished);
    return loaded;
  }

  async function refreshNow(): Promise<void> {
    view = await lookAtState(settings());
    show();
  }

  /** The mode is that of the settings in force, however old the rest is. */
  function show(): RemediationView | undefined {
    if (view !== undefined) view = { ...view, mode: settings().remediation.mode };
    if (view !== undefined) metrics.showRemediation(view);
    return view;
  }

  function refresh(): void {
    if (clock.monotonicMs() - viewedAtMs < VIEW_EVERY_MS) return;
    viewedAtMs = clock.monotonicMs();
    viewing = refreshNow();
  }

  return {
    start: refreshNow,
    async tellRights(report) {
      if (settings().remediation.mode !== "off") (await load()).tellRights(report);
    },
    view: show,
    failures: failures.totals,
    scanned(report, units) {
      refresh();
      if (loaded !== undefined) {
        loaded.scanned(report, units);
      } else if (!stopped && (settings().remediation.mode !== "off" || unfinished())) {
        load()
          .then((part) => part.scanned(report, units))
          .catch((error: unknown) => logger.error({ err: error }, "acting could not be begun"));
      }
    },
    async stop() {
      stopped = true;
      await viewing;
      await (await acting)?.stop();
    },
  };
}
