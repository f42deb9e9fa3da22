import type { Clock } from "../model/clock.ts";
import type { RemediationView } from "../model/remediation.ts";
import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { createHands } from "../act/hands.ts";
import type { Metrics } from "../expose/metrics.ts";
import { createEyes } from "../probe/eyes.ts";
import { createFailureLog, type ReadFailureTotals } from "../probe/failures.ts";
import type { Logger } from "./logger.ts";
import { askUnits, withAllSockets } from "./look.ts";
import { createRepairer } from "./repairer.ts";
import { rightsToAct } from "./remediation-rights.ts";
import type { ActingLook } from "./remediation-parts.ts";
import { createRemediationView } from "./remediation-view.ts";
import { createRemediator } from "./remediator.ts";

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
  /** Begins to finish or undo what an earlier agent left. */
  start(): Promise<void>;
  /** Says whether this agent may do what its settings ask for, by a real probe. */
  tellRights(report: Report): void;
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

/** The acting part of an agent. Nothing of it delays or fails a scan. */
export function createAgentRemediation(parts: AgentRemediationParts): AgentRemediation {
  const { settings, clock, metrics, logger } = parts;
  const failures = createFailureLog();
  const eyes = createEyes({ procRoot: "/proc", log: failures });
  const hands = createHands();
  const lookAtState = createRemediationView();
  let view: RemediationView | undefined;
  let viewedAtMs = -Infinity;
  let viewing: Promise<void> = Promise.resolve();
  let cancelScan = nothing;

  async function look(): Promise<ActingLook> {
    const own = await parts.scan();
    const report = await withAllSockets(own, settings());
    const paths = new Set(own.sockets.map(({ path }) => path));
    return { report, paths, units: await askUnits(report) };
  }

  function scanAfter(ms: number): void {
    cancelScan();
    cancelScan = clock.after(ms, () => {
      parts.scan().catch((error: unknown) => logger.error({ err: error }, "a scan failed"));
    });
  }

  function refresh(): void {
    if (clock.monotonicMs() - viewedAtMs < VIEW_EVERY_MS) return;
    viewedAtMs = clock.monotonicMs();
    viewing = refreshNow();
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

  const common = { settings, bootId: parts.bootId, clock, eyes, hands, metrics, logger, look };
  const remediator = createRemediator({
    ...common,
    scanAfter,
    // what is not known may be: looking costs little
    unfinished: () => view !== undefined && view.unfinished?.length !== 0,
  });
  const repairer = createRepairer(common);

  return {
    async start() {
      remediator.start();
      await refreshNow();
    },
    tellRights(report) {
      const line = rightsToAct(report, settings().remediation, hands);
      if (line !== undefined) logger[line.level](line.text);
    },
    view: show,
    failures: failures.totals,
    scanned(report, units) {
      refresh();
      remediator.scanned(report, units);
      repairer.scanned(report, units);
    },
    async stop() {
      cancelScan();
      await viewing;
      await remediator.stop();
      await repairer.stop();
    },
  };
}

function nothing(): void {
  // no timer is running
}
