import type { Eyes, Hands } from "../model/acting.ts";
import type { Clock } from "../model/clock.ts";
import type { EndingPlan, RemediationRecord, StepRecord } from "../model/remediation.ts";
import type { Report } from "../model/report.ts";
import type { RemediationSettings, Settings, SocketSettings } from "../model/settings.ts";
import type { UnitsSeen } from "../model/unit.ts";
import type { ActClock } from "../act/parts.ts";
import type { Metrics } from "../expose/metrics.ts";
import type { Logger } from "./logger.ts";

/** A fresh look at the host with all that plans are made of. */
export interface ActingLook {
  /** All sockets of the host, those that the settings do not name too. */
  readonly report: Report;
  /** The sockets that are this agent's business. */
  readonly paths: ReadonlySet<string>;
  readonly units: UnitsSeen;
}

/** What whoever acts without being asked, in a running agent, works with. */
export interface ByItselfParts {
  readonly settings: () => Settings;
  readonly bootId: string;
  readonly clock: Clock;
  readonly eyes: Eyes;
  readonly hands: Hands;
  readonly metrics: Pick<Metrics, "countRemediation">;
  readonly logger: Logger;
  /** A look that begins after this call, units asked anew. */
  readonly look: () => Promise<ActingLook>;
}

/** What planning and acting work with, whoever asks for it. */
export interface RemediationParts {
  readonly settings: RemediationSettings;
  /** As the settings name them; empty: all of the host are watched. */
  readonly sockets: readonly SocketSettings[];
  /** Why a round under way has to stop before anything is ended; undefined: it may go on. */
  readonly calledOff: () => string | undefined;
  readonly stateDir: string;
  /** The kernel's boot id. */
  readonly bootId: string;
  readonly by: RemediationRecord["by"];
  /** Walk through everything, change nothing on the host. */
  readonly dryRun: boolean;
  readonly eyes: Eyes;
  readonly hands: Hands;
  readonly clock: ActClock;
  readonly look: () => Promise<ActingLook>;
  /** For how long the plan's group has been seen so; undefined: for the first time. */
  readonly standingMs: (plan: EndingPlan, report: Report) => number | undefined;
}

/** What is told of an attempt while it goes on. */
export interface AttemptTold {
  planned(plan: EndingPlan): void;
  step(step: StepRecord): void;
  finished(record: RemediationRecord): void;
}
