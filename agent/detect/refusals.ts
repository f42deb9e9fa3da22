import { type Refusal, type RefusalReason, refusalReasons } from "../model/remediation.ts";

/** The same reason for each of these sentences. */
export function refusals(reason: RefusalReason, whys: readonly string[]): readonly Refusal[] {
  return whys.map((why) => ({ reason, why }));
}

/** In the order of `refusalReasons`, each sentence of a reason once. */
export function inOrder(all: readonly Refusal[]): readonly Refusal[] {
  return refusalReasons.flatMap((reason) => {
    const whys = all.flatMap((one) => (one.reason === reason ? [one.why] : []));
    return refusals(reason, [...new Set(whys)]);
  });
}
