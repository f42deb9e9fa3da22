import { asideScope } from "../model/cutover.ts";
import type { EndingPlan } from "../model/remediation.ts";
import { cutoverAt, type Report } from "../model/report.ts";
import type { Roles } from "./roles.ts";

/**
 * A live cutover has two masters for some ten seconds on purpose, and for a minute where old
 * workers take long to finish: so long, in milliseconds, such a duplicate has to last before
 * anybody is told of it. One that died halfway is told of then.
 */
export const CUTOVER_MS = 90_000;

/**
 * The unit whose cutover hands over at a socket: its master alone serves, and every stale master
 * is in the scope into which only root can have moved it. Undefined where there is no stale master,
 * where one of them is elsewhere, and where anything about it could not be seen.
 */
export function handingOver(
  { groups, evidence }: Roles,
  unseen: readonly string[],
): string | undefined {
  const unsure = unseen.length > 0 || groups.some(({ role }) => role === "unclear");
  if (evidence !== "bound-file" || unsure) return undefined;
  const [serving, ...others] = groups.filter(({ role }) => role === "serving");
  const unit = serving?.master?.systemUnit;
  if (unit === undefined || others.length > 0) return undefined;
  const stale = groups.filter(({ role }) => role === "stale");
  const allAside = stale.every(({ master }) => master?.systemUnit === asideScope(unit));
  return allAside && stale.length > 0 ? unit : undefined;
}

/** How long a duplicate has to last: longer while a cutover, that of this unit, hands over. */
export function neededMs(
  cutover: string | undefined,
  confirmForMs: number,
  cutoverMs: number,
): number {
  return cutover === undefined ? confirmForMs : Math.max(confirmForMs, cutoverMs);
}

/** How long the group of a plan has to be seen before the agent by itself may end it. */
export function neededForPlan(
  { socket: path, role }: Pick<EndingPlan, "socket" | "role">,
  { sockets }: Report,
  confirmForMs: number,
): number {
  const socket = sockets.find((one) => one.path === path);
  if (socket === undefined || role !== "stale") return confirmForMs;
  return neededMs(cutoverAt(socket), confirmForMs, CUTOVER_MS);
}
