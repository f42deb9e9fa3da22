import type { CutoverChecks, CutoverLook } from "../model/cutover-facts.ts";
import type { CutoverOwnership } from "../model/cutover.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";
import type { CutoverRefusalReason } from "../model/cutover-plan.ts";
import type { Report, SocketReport } from "../model/report.ts";
import type { UnitProperties } from "../model/unit.ts";
import type { ChosenValues } from "./cutover-values.ts";

/** What reasons are looked for in. */
export interface RefusalCase {
  readonly report: Report;
  readonly socket: SocketReport;
  readonly properties: UnitProperties | undefined;
  readonly look: CutoverLook;
  readonly checks: CutoverChecks;
  readonly values: ChosenValues;
  readonly flags: CutoverFlags;
  /** Binds of gunicorn beside the socket. */
  readonly otherBinds: readonly string[];
  readonly ownership: readonly CutoverOwnership[];
  /** Paths of all files that would be written; undefined: not known yet. */
  readonly written: readonly string[] | undefined;
  /** Names of the unit of today and of the native one. */
  readonly units: readonly string[];
  /** Texts that would stand in the unit. */
  readonly texts: readonly string[];
}

/** Why not; anything else than a text: nothing speaks against it. */
export type Because = string | undefined | false;

/** What looks for one reason. */
export type Judge = readonly [CutoverRefusalReason, (it: RefusalCase) => Because];
