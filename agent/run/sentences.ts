import { cutoverAt, type GroupReport, type SocketReport } from "../model/report.ts";
import { formatBytes } from "../parse/size.ts";

/** The state of a socket in one sentence, with both trees and what the lost ones hold. */
export function socketSentence(socket: SocketReport): string {
  const { verdict, confirmed, groups, findings } = socket;
  const head = confirmed ? `${verdict} (confirmed)` : verdict;
  if (groups.length === 0) return [head, ...findings.map(({ message }) => message)].join(": ");
  const trees = groups.map(groupText).join("; ");
  const told =
    verdict === "unknown" ? ` [${findings.map(({ message }) => message).join("; ")}]` : "";
  const cutover = cutoverAt(socket);
  const why = cutover === undefined ? "" : `; a cutover of ${cutover} hands over`;
  return `${head}: ${trees}${told}${why}`;
}

/** `master 49 is stale since …, 4 workers (50, 51), holds 370 MiB`. */
function groupText({ role, master, workers, memory }: GroupReport): string {
  const who = master === null ? "workers without a master" : `master ${master.pid}`;
  const pids = workers.map(({ pid }) => pid).join(" ");
  const below = workers.length === 0 ? "no worker" : `workers ${pids}`;
  const held = memory === null ? "" : `, ${formatBytes(memory.reclaimableBytes)}`;
  return `${who} ${role} (${below}${held})`;
}
