import type { Report } from "../model/report.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { createHands } from "../act/hands.ts";
import { createEyes } from "../probe/eyes.ts";
import type { FailureLog } from "../probe/failures.ts";
import type { AgentRemediationParts } from "./agent-remediation.ts";
import { askUnits, withAllSockets } from "./look.ts";
import type { ActingLook } from "./remediation-parts.ts";
import { rightsToAct } from "./remediation-rights.ts";
import { createRemediator } from "./remediator.ts";
import { createRepairer } from "./repairer.ts";

/** What only an agent that acts needs, and only then is loaded. */
export interface ActingPart {
  /** Says whether this agent may do what its settings ask for, by a real probe. */
  tellRights(report: Report): void;
  scanned(report: Report, units: UnitsSeen | undefined): void;
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

/** Hands, eyes, and those who use them. */
export function createActingPart(
  parts: AgentRemediationParts,
  failures: FailureLog,
  unfinished: () => boolean,
): ActingPart {
  const { settings, clock, metrics, logger } = parts;
  const eyes = createEyes({ procRoot: "/proc", log: failures });
  const hands = createHands();
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

  const common = { settings, bootId: parts.bootId, clock, eyes, hands, metrics, logger, look };
  const remediator = createRemediator({ ...common, scanAfter, unfinished });
  const repairer = createRepairer(common);

  return {
    tellRights(report) {
      const line = rightsToAct(report, settings().remediation, hands);
      if (line !== undefined) logger[line.level](line.text);
    },
    scanned(report, units) {
      remediator.scanned(report, units);
      repairer.scanned(report, units);
    },
    async stop() {
      cancelScan();
      await remediator.stop();
      await repairer.stop();
    },
  };
}

function nothing(): void {
  // no timer is running
}
