import { describe, expect, it } from "vitest";
import type { Sight } from "../../../agent/detect/alert-conditions.ts";
import { annotationsOf } from "../../../agent/detect/alert-texts.ts";
import { type AlertId, alertNames } from "../../../agent/model/alert.ts";
import type { FindingKind } from "../../../agent/model/verdict.ts";
import { duplicateSocket, reportOf, socketPath, soundSocket } from "../expose/reports.ts";
import { aboutSocket, aboutUnit, auditOf, sight, sightOf } from "./alert-sight.ts";

const since = "2026-11-22T13:19:58.500Z";

function found(kind: FindingKind, message: string): Sight {
  return sightOf(soundSocket({ findings: [{ kind, since, message }] }));
}

function blindSight(...pids: readonly (number | undefined)[]): Sight {
  const blind = pids.map((pid) =>
    pid === undefined
      ? { what: "fd-links", reason: "denied" }
      : { what: "fd-links", pid, reason: "denied" },
  );
  return sight({ report: reportOf([], { blind }) });
}

const unreadable = {
  rssBytes: null,
  reclaimableBytes: null,
  budgetBytes: null,
  budgetRatio: null,
};
const never =
  "Do not send the stale master TERM, INT, QUIT or HUP: it would delete the socket file of the " +
  "master that serves.";
const caution = `Run onemaster status on the host, then onemaster remediate. ${never}`;
const blindId: AlertId = { name: "OnemasterBlind", about: "fd-links" };

describe("what an alert says", () => {
  it.each<[story: string, id: AlertId, seen: Sight, description: string]>([
    [
      "of a duplicate: who, what it holds, and the caution",
      aboutSocket("OnemasterDuplicateMaster"),
      sightOf(duplicateSocket()),
      `On ${socketPath} 2 masters: 68 serves, 41 is stale and holds 369 MB. 369 MiB, 18 % of the ` +
        `memory budget, are held where no new connection can use them. ${caution}`,
    ],
    [
      "of a duplicate that a cutover has left",
      aboutSocket("OnemasterDuplicateMaster"),
      sightOf(
        duplicateSocket({
          findings: [{ kind: "duplicate", since, message: "41 is stale", cutover: "a.service" }],
        }),
      ),
      `On ${socketPath} 41 is stale. 369 MiB, 18 % of the memory budget, are held where no new ` +
        "connection can use them. Hardly any cutover takes so long: where none of a.service is under way " +
        `any more, onemaster cutover apply --yes on the host brings it to its end. ${never}`,
    ],
    [
      "of a duplicate whose memory could not be read",
      aboutSocket("OnemasterDuplicateMaster"),
      sightOf(duplicateSocket({ findings: [], orphanMemory: unreadable })),
      `What is held in vain could not be read. ${caution}`,
    ],
    [
      "of a duplicate that is out of sight",
      aboutSocket("OnemasterDuplicateMaster"),
      sightOf(),
      `What is held in vain could not be read. ${caution}`,
    ],
    [
      "of memory without a budget",
      aboutSocket("OnemasterOrphanMemory"),
      sightOf(soundSocket({ orphanMemory: { ...unreadable, reclaimableBytes: 104_857_600 } })),
      "100 MiB are held where no new connection can use them. It comes back when the groups end: " +
        "onemaster remediate.",
    ],
    [
      "of an outage",
      aboutSocket("OnemasterSocketUnreachable"),
      found("unreachable", "master 17 is stranded"),
      `On ${socketPath} master 17 is stranded. Every new connection fails. Stop the unit, end ` +
        "what is left of it, start it again.",
    ],
    [
      "of a path without a master",
      aboutSocket("OnemasterNoMaster"),
      found("no-master", "nothing listens"),
      `On ${socketPath} nothing listens. Start the unit, or take the socket out of the settings.`,
    ],
    [
      "of orphans",
      aboutSocket("OnemasterOrphanedWorkers"),
      found("orphaned-workers", "workers 5, 6 have outlived their master"),
      `On ${socketPath} workers 5, 6 have outlived their master. They have been there for five ` +
        "minutes, so they will not end by themselves.",
    ],
    [
      "of an upgrade that does not end",
      aboutSocket("OnemasterHandoverStuck"),
      found("handover-stuck", "the USR2 upgrade is not over after 700 s"),
      `On ${socketPath} the USR2 upgrade is not over after 700 s. Finish it, or take it back: the ` +
        "runbook says how.",
    ],
    [
      "of a unit: its bad links alone",
      aboutUnit,
      sight({ audit: auditOf({ "main-pid": "bad", "kill-mode": "bad", type: "bad" }) }),
      "A stop would leave its master alive, and the next start would bind another to the socket. " +
        "main-pid: main-pid is bad. kill-mode: kill-mode is bad. On the host: onemaster audit " +
        "platform.service has the fix.",
    ],
    [
      "of a unit that is out of sight",
      aboutUnit,
      sight(),
      "A stop would leave its master alive, and the next start would bind another to the socket. " +
        "On the host: onemaster audit platform.service has the fix.",
    ],
    [
      "of an open breaker",
      { name: "OnemasterBreakerOpen", about: undefined },
      sight(),
      "Two attempts in a row to end a stale group did not end as planned. Look at onemaster " +
        "incidents, then onemaster remediate --reset-breaker.",
    ],
    [
      "of blindness about one process",
      blindId,
      blindSight(812),
      "fd-links could not be seen (process 812: denied). While that is so, a quiet agent proves " +
        "nothing. Run onemaster status on the host.",
    ],
    [
      "of blindness about the host and more",
      blindId,
      blindSight(undefined, 812, 813),
      "fd-links could not be seen (denied and 2 more). While that is so, a quiet agent proves " +
        "nothing. Run onemaster status on the host.",
    ],
  ])("%s", (_, id, seen, description) => {
    expect(annotationsOf(id, seen).description).toBe(description);
  });

  it.each(alertNames)("%s says what and where in a line, and where to read on", (name) => {
    const texts = annotationsOf({ name, about: "/run/a.sock" }, sight());
    expect(texts.summary).toMatch(/ at vm$/);
    expect(texts.summary.length).toBeLessThan(80);
    expect(texts.runbook_url).toBe(`rules/runbook.md#${name.toLowerCase()}`);
    expect(annotationsOf({ name, about: undefined }, sight()).description).not.toContain(
      "undefined",
    );
  });
});
