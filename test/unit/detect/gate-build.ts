import { gateAt } from "../../../agent/detect/gate.ts";
import type { GateCaller, OutOfSight } from "../../../agent/model/gate.ts";
import type { Snapshot } from "../../../agent/model/snapshot.ts";
import { asked, path, snapshot } from "./build.ts";

/** The unit that is about to start. */
export const unit = "app.service";
/** What `gate` says at its end where a full look would tell. */
export const seesAll = "run as root, the gate sees all of it";

/** Who asks in every case that does not say otherwise. */
export const caller: GateCaller = { unit, line: [900, 1], upgradeOf: undefined };

/** A look for the path alone, as the gate makes it. */
export function saw(changes: Partial<Snapshot> = {}): Snapshot {
  return snapshot({ configured: asked, ...changes });
}

/** `decision: message | cure`. */
export function gate(
  snapshotSeen: Snapshot,
  asking: Partial<GateCaller> = {},
  outOfSight?: OutOfSight,
): string {
  const answer = gateAt(path, snapshotSeen, { ...caller, ...asking }, outOfSight);
  const cure = answer.cure === null ? "" : ` | ${answer.cure}`;
  return `${answer.decision}: ${answer.message}${cure}`;
}
