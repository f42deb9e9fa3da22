import type { CutoverFlags } from "./cutover-flags.ts";
import type { CutoverPlan } from "./cutover-plan.ts";
import type { CutoverRecord, CutoverTold } from "./cutover-record.ts";
import type { Settings } from "./settings.ts";

/** What came of a command that changes the host. */
export type CutoverEnd =
  /** The plan says why it must not be carried out, or that there is nothing to do. */
  | { readonly kind: "not-ready"; readonly plan: CutoverPlan; readonly changed?: boolean }
  | { readonly kind: "nothing"; readonly text: string }
  /** `changed`: what a command before this one had left was brought to an end. */
  | { readonly kind: "refused"; readonly why: string; readonly changed?: boolean }
  | { readonly kind: "over"; readonly record: CutoverRecord };

/** How it is to be carried out. */
export interface CutoverOptions {
  /** Aborts: what is begun is undone as long as nothing was ended, else finished. */
  readonly signal: AbortSignal;
}

/** What `cutover apply --yes` and `cutover rollback --yes` let the host do. */
export interface CutoverActor {
  /** Carries a cutover out, after bringing to an end what a command before this one left. */
  apply(
    settings: Settings,
    flags: CutoverFlags,
    options: CutoverOptions,
    told: CutoverTold,
  ): Promise<CutoverEnd>;
  /** Restores what was before the last cutover of a unit; undefined: the only one there is. */
  rollback(
    settings: Settings,
    unit: string | undefined,
    options: CutoverOptions,
    told: CutoverTold,
  ): Promise<CutoverEnd>;
  /** The record of the cutover that `rollback` would undo, or why there is none. */
  last(
    settings: Settings,
    unit: string | undefined,
  ): Promise<
    | { readonly kind: "found"; readonly record: CutoverRecord }
    | { readonly kind: "none"; readonly why: string }
    | { readonly kind: "unread"; readonly why: string }
  >;
  /** Why `rollback` would change nothing now; undefined: nothing speaks against it. Only looks. */
  against(settings: Settings, record: CutoverRecord): Promise<string | undefined>;
}
