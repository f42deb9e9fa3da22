import type { PidfileRepair } from "../model/remediate-actor.ts";
import type { Report } from "../model/report.ts";
import type { UnitsSeen } from "../model/unit.ts";
import { planRepairs, repairPidfiles } from "./pidfile-repairer.ts";
import type { ByItselfParts } from "./remediation-parts.ts";

/** Writes pidfiles that name nobody, where the settings ask for it. */
export interface Repairer {
  /** Takes a scan; may begin a repair, which goes on in the background. */
  scanned(report: Report, units: UnitsSeen | undefined): void;
  /** Begins no more, and waits for the one under way. */
  stop(): Promise<void>;
}

/** What could not be repaired is tried again after this time. */
const AGAIN_MS = 60_000;

/** A repairer that has seen nothing yet. */
export function createRepairer(parts: ByItselfParts): Repairer {
  const { clock, logger, metrics } = parts;
  /** When each pidfile was first seen in want of repair, without a break. */
  let since = new Map<string, number>();
  let restUntilMs = -Infinity;
  let running: Promise<void> | undefined;
  let stopped = false;
  let told: string | undefined;

  function note(wanted: readonly PidfileRepair[]): void {
    const nowMs = clock.monotonicMs();
    since = new Map(wanted.map((one) => [keyOf(one), since.get(keyOf(one)) ?? nowMs]));
  }

  async function repair(): Promise<void> {
    const { stateDir, remediation, sockets } = parts.settings();
    const done = await repairPidfiles({
      settings: remediation,
      sockets,
      calledOff: () => undefined,
      stateDir,
      bootId: parts.bootId,
      by: "agent",
      dryRun: remediation.mode === "dry-run",
      eyes: parts.eyes,
      hands: parts.hands,
      clock: { wallMs: clock.wallMs, monotonicMs: clock.monotonicMs, sleep: noSleep },
      look: parts.look,
      standingMs: () => undefined,
    });
    restUntilMs = clock.monotonicMs() + AGAIN_MS;
    for (const one of done) {
      if (one.done) metrics.countRemediation(one.repair.socket, { kind: "pidfile-repair" });
      if (!one.done && one.text === told) continue;
      told = one.text;
      logger.warn({ pidfile: one.repair.path }, `pidfile: ${one.text}`);
    }
  }

  return {
    scanned(report, units) {
      const { mode, repairPidfile, confirmForMs } = parts.settings().remediation;
      if (mode === "off" || !repairPidfile || units === undefined) {
        since = new Map();
        return;
      }
      const wanted = planRepairs(report, units, parts.settings().sockets);
      note(wanted);
      const nowMs = clock.monotonicMs();
      const due = wanted.some(
        (one) =>
          one.refusals.length === 0 && nowMs - (since.get(keyOf(one)) ?? nowMs) >= confirmForMs,
      );
      if (!due || running !== undefined || stopped || nowMs < restUntilMs) return;
      running = repair()
        .catch((error: unknown) => {
          restUntilMs = clock.monotonicMs() + AGAIN_MS;
          logger.error({ err: error }, "the repair of a pidfile ended with an error of its own");
        })
        .finally(() => {
          running = undefined;
        });
    },
    async stop() {
      stopped = true;
      await running;
    },
  };
}

function keyOf({ path, master }: PidfileRepair): string {
  return `${master.pid}:${master.startTicks} ${path}`;
}

/** A repair never waits. */
function noSleep(): Promise<void> {
  return Promise.resolve();
}
