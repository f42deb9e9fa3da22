import { soundUnits } from "../../../agent/detect/sound.ts";
import type { Answer } from "../../../agent/model/acting.ts";
import { path, report } from "../cli/reports.ts";
import { type AuditedCase, head, name, settings, unit, unitSocket } from "./audit-build.ts";

/** A unit; what is left out is a native one that is sound. */
export interface Case extends AuditedCase {
  readonly answer?: Answer | null;
  readonly before?: number;
}

const answered: Answer = { kind: "answered", status: 200, tookMs: 4.4 };

/** All checks of a unit, and what they come to. */
export function checksOf({
  properties,
  facts,
  sockets = [{}],
  heads,
  expected,
  answer,
  before,
}: Case) {
  const here = sockets.map(unitSocket);
  const tops = here.flatMap(({ groups }) => groups.flatMap((one) => one.master ?? []));
  const [{ checks, soundness: sound } = { checks: [], soundness: "unknown" as const }] = soundUnits(
    {
      report: report(here),
      seen: {
        units: [unit(properties, facts)],
        heads: heads ?? tops.map(({ pid }) => head(pid)),
        pidfiles: [],
      },
      expectations: expected === undefined ? [] : [settings(expected)],
      answers: answer === null ? new Map() : new Map([[path, answer ?? answered]]),
      processesBefore: before,
    },
    name,
  );
  return { checks, sound };
}
