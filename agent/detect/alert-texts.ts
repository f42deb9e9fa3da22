import type { AlertAnnotations, AlertId } from "../model/alert.ts";
import { cutoverAt } from "../model/report.ts";
import type { FindingKind } from "../model/verdict.ts";
import { duplicatingLinks, type Sight } from "./alert-conditions.ts";

/** Where people read on; a heading of the runbook has the name of each alert. */
const RUNBOOK = "rules/runbook.md";

/** What an alert says to people: what, where, the figures and pids of this scan, what to do. */
export function annotationsOf(id: AlertId, sight: Sight): AlertAnnotations {
  return {
    summary: `${summaryOf(id)} at ${sight.report.host.name}`,
    description: descriptionOf(id, sight),
    runbook_url: `${RUNBOOK}#${id.name.toLowerCase()}`,
  };
}

function summaryOf({ name, about = "" }: AlertId): string {
  switch (name) {
    case "OnemasterDuplicateMaster":
      return `Two gunicorn masters on ${about}`;
    case "OnemasterSocketUnreachable":
      return `No master owns ${about}`;
    case "OnemasterNoMaster":
      return `Nothing listens on ${about}`;
    case "OnemasterOrphanedWorkers":
      return `Workers without a master on ${about}`;
    case "OnemasterOrphanMemory":
      return `Unreachable gunicorn groups of ${about} hold memory`;
    case "OnemasterHandoverStuck":
      return `An upgrade or a graceful stop of ${about} does not end`;
    case "OnemasterUnitWillDuplicate":
      return `The next restart of ${about} makes a second master`;
    case "OnemasterBreakerOpen":
      return "onemaster has stopped ending stale groups";
    case "OnemasterBlind":
      return `onemaster cannot see ${about}`;
  }
}

function descriptionOf({ name, about = "" }: AlertId, sight: Sight): string {
  switch (name) {
    case "OnemasterDuplicateMaster":
      return sentences(
        finding(about, "duplicate", sight),
        holds(about, sight),
        diedHalfway(about, sight) ?? "Run onemaster status on the host, then onemaster remediate.",
        "Do not send the stale master TERM, INT, QUIT or HUP: it would delete the socket file of " +
          "the master that serves.",
      );
    case "OnemasterSocketUnreachable":
      return sentences(
        finding(about, "unreachable", sight),
        "Every new connection fails. Stop the unit, end what is left of it, start it again.",
      );
    case "OnemasterNoMaster":
      return sentences(
        finding(about, "no-master", sight),
        "Start the unit, or take the socket out of the settings.",
      );
    case "OnemasterOrphanedWorkers":
      return sentences(
        finding(about, "orphaned-workers", sight),
        "They have been there for five minutes, so they will not end by themselves.",
      );
    case "OnemasterOrphanMemory":
      return sentences(
        holds(about, sight),
        "It comes back when the groups end: onemaster remediate.",
      );
    case "OnemasterHandoverStuck":
      return sentences(
        finding(about, "handover-stuck", sight),
        "Finish it, or take it back: the runbook says how.",
      );
    case "OnemasterUnitWillDuplicate":
      return sentences(
        "A stop would leave its master alive, and the next start would bind another to the socket.",
        badLinks(about, sight),
        `On the host: onemaster audit ${about} has the fix.`,
      );
    case "OnemasterBreakerOpen":
      return (
        "Two attempts in a row to end a stale group did not end as planned. Look at onemaster " +
        "incidents, then onemaster remediate --reset-breaker."
      );
    case "OnemasterBlind":
      return sentences(
        blindness(about, sight),
        "While that is so, a quiet agent proves nothing. Run onemaster status on the host.",
      );
  }
}

/** What the report says of it, as a sentence; undefined: it does not speak of it in this scan. */
function finding(path: string, kind: FindingKind, { report }: Sight): string | undefined {
  const socket = report.sockets.find((one) => one.path === path);
  const message = socket?.findings.find((one) => one.kind === kind)?.message;
  return message === undefined ? undefined : `On ${path} ${message}.`;
}

/** Whoever is paged all the same has to know that the cutover itself knows the way on. */
function diedHalfway(path: string, { report }: Sight): string | undefined {
  const socket = report.sockets.find((one) => one.path === path);
  const unit = socket === undefined ? undefined : cutoverAt(socket);
  if (unit === undefined) return undefined;
  return (
    `Hardly any cutover takes so long: where none of ${unit} is under way any more, onemaster cutover ` +
    "apply --yes on the host brings it to its end."
  );
}

function holds(path: string, { report }: Sight): string | undefined {
  const orphan = report.sockets.find((one) => one.path === path)?.orphanMemory;
  if (orphan === undefined || orphan.reclaimableBytes === null) {
    return "What is held in vain could not be read.";
  }
  const { reclaimableBytes, budgetRatio } = orphan;
  const share = budgetRatio === null ? "" : `, ${percent(budgetRatio)} of the memory budget,`;
  return `${mebibytes(reclaimableBytes)}${share} are held where no new connection can use them.`;
}

function badLinks(name: string, { audit }: Sight): string | undefined {
  const unit = audit?.units.find((one) => one.unit === name);
  const bad = unit?.items.filter(
    ({ link, state }) => state === "bad" && duplicatingLinks.includes(link),
  );
  return bad?.map(({ link, evidence }) => `${link}: ${evidence}.`).join(" ");
}

function blindness(spot: string, { report }: Sight): string | undefined {
  const known = report.blind.filter(({ what }) => what === spot);
  const [first] = known.map(({ pid, reason }) => {
    return pid === undefined ? reason : `process ${pid}: ${reason}`;
  });
  if (first === undefined) return undefined;
  const more = known.length > 1 ? ` and ${known.length - 1} more` : "";
  return `${spot} could not be seen (${first}${more}).`;
}

function sentences(...all: readonly (string | undefined)[]): string {
  return all.filter((one) => one !== undefined && one !== "").join(" ");
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MiB`;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
