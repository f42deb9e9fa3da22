import { describe, expect, it } from "vitest";
import { remediate, type Staged } from "./fake-actor.ts";
import { orphans, plan, record, refused, repair, unfinished } from "./remediations.ts";
import { denied, duplicate, path, report, socket, unclear, unreachable } from "./reports.ts";

const found: Staged = { things: { report: report([duplicate]), plans: [plan()] } };

describe("onemaster remediate --yes, where not all is done", () => {
  it.each<[string, Staged, string]>([
    [
      "a group is refused",
      { ...found, acts: (told) => (told.refused(refused), []) },
      `onemaster: stale master 49 with 4 workers on ${path} is not ended: owner-not-answering: Master 68 did not answer OPTIONS / within 2s; look at its log, and try again once it does.\nonemaster: stale master 49 with 4 workers on ${path} is not ended: paused: /var/lib/onemaster/pause is there; remove it to go on.\n`,
    ],
    [
      "a group is refused and nobody says why",
      { ...found, acts: (told) => (told.refused(orphans), []) },
      `onemaster: orphaned group of 4 workers on ${path} is not ended, and no reason is known\n`,
    ],
    [
      "somebody else is at it",
      {
        ...found,
        acts(told) {
          told.refused(plan({ refusals: [{ reason: "locked", why: "another is at it" }] }));
          return [];
        },
      },
      `onemaster: stale master 49 with 4 workers on ${path} is not ended: locked: another is at it; see onemaster status\n`,
    ],
    [
      "an attempt was put back",
      {
        ...found,
        acts(told) {
          const done = record({ outcome: "put-back", ending: "Pid 49 is another process." });
          told.finished(done);
          return [done];
        },
      },
      `onemaster: stale master 49 with 4 workers on ${path} was not ended, all is as it was before: Pid 49 is another process.\n`,
    ],
    [
      "an attempt failed",
      { ...found, acts: () => [record({ outcome: "failed", ending: null })] },
      `onemaster: stale master 49 with 4 workers on ${path}: failed: the record says no more\n`,
    ],
    [
      "an attempt was not finished",
      { ...found, acts: () => [unfinished] },
      `onemaster: stale master 49 with 4 workers on ${path}: not finished; the next attempt begins with it (record 20261122T132010Z-stale-49)\n`,
    ],
    [
      "an attempt that was found unfinished still is",
      { things: { report: report([socket()]), unfinished: [unfinished] } },
      `onemaster: stale master 49 with 4 workers on ${path}: attempt 20261122T132010Z-stale-49 is still not finished\n`,
    ],
    [
      "a record could not be read",
      { things: { report: report([socket()]), unread: ["/run/state: EACCES"] } },
      "onemaster: /run/state: EACCES\n",
    ],
    [
      "a pidfile could not be written",
      {
        things: { report: report([socket()]), repairs: [repair()] },
        acts: (told) => (told.notRepaired(repair().path, "EACCES"), []),
      },
      `onemaster: ${repair().path} is not repaired: EACCES\n`,
    ],
    [
      "a pidfile must not be written",
      {
        things: {
          report: report([socket()]),
          repairs: [repair({ refusals: refused.refusals.slice(1) })],
        },
      },
      `onemaster: ${repair().path} is not repaired: paused: /var/lib/onemaster/pause is there; remove it to go on.\n`,
    ],
    [
      "nothing is heard of a pidfile",
      { things: { report: report([socket()]), repairs: [repair()] } },
      `onemaster: ${repair().path} is not repaired, and no reason is known\n`,
    ],
    [
      "it is told to stop",
      { ...found, stopped: true },
      "onemaster: told to stop before all was done\n",
    ],
    [
      "a duplicate has no group that could be ended",
      { things: { report: report([duplicate]) } },
      `onemaster: ${path} is duplicate, and there is no group that could be ended: master 49 with 4 workers is stale: it listens, but the path belongs to master 68\n`,
    ],
    [
      "nobody owns the path",
      { things: { report: report([unreachable]) } },
      `onemaster: ${path} is unreachable: no-owner: a restart is needed, ending a group helps nobody: no new connection can reach master 49: ${path} is missing\n`,
    ],
    [
      "a socket could not be judged",
      { things: { report: report([unclear], { blind: denied }) } },
      `onemaster: ${path} is unknown, and there is no group that could be ended: who owns ${path} could not be told: it could not be read\n`,
    ],
    [
      "not a single socket could be seen",
      { things: { report: report([], { verdict: "unknown", blind: denied }) } },
      "onemaster: 2 gunicorn processes run here, but their sockets could not be seen\n",
    ],
  ])("exits 1 with the reason on stderr when %s", async (_, staged, stderr) => {
    expect(await remediate({ yes: true }, staged)).toMatchObject({ exitCode: 1, stderr });
  });
});
