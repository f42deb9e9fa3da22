import type { CutoverChecks, CutoverLook } from "../model/cutover-facts.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { Report, SocketReport } from "../model/report.ts";
import type { UnitFacts, UnitProperties } from "../model/unit.ts";
import type { CutoverChoice } from "./cutover-subject.ts";
import type { ChosenValues } from "./cutover-values.ts";

/** Everything a plan is made of. */
export interface PlanParts {
  readonly report: Report;
  readonly choice: CutoverChoice;
  readonly unit: UnitFacts | undefined;
  readonly flags: CutoverFlags;
  /** Absolute path of the program that has the gate; undefined: the unit gets none. */
  readonly gate: string | undefined;
  /** Folder for backups. */
  readonly backups: string;
  /** What audit and journal say of today. */
  readonly today: readonly string[];
}

/** What was looked at and tried for it. */
export interface PlanFacts {
  readonly look: CutoverLook;
  readonly values: ChosenValues;
  readonly checks: CutoverChecks;
}

/** What a cutover is about, once it is known. */
export interface PlanSubject {
  readonly socket: SocketReport;
  /** The native unit's name, with its suffix. */
  readonly name: string;
}

/** What systemd says of the unit of today; undefined: nothing. */
export function propertiesOf({ unit }: Pick<PlanParts, "unit">): UnitProperties | undefined {
  return unit?.properties.ok === true ? unit.properties.value : undefined;
}
