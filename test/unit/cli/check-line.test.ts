import { describe, expect, it } from "vitest";
import type { Report } from "../../../agent/model/report.ts";
import { checkFailure, checkReport } from "../../../agent/cli/check-line.ts";
import {
  denied,
  duplicate,
  handover,
  noMaster,
  orphaned,
  path,
  report,
  socket,
  stuck,
  unclear,
  unreachable,
} from "./reports.ts";

const since = "since 2026-11-22T12:20:09.000Z";
const held = "orphan_rss=432013312B orphan_reclaimable=387973120B;214748365;;0";
const none = "orphan_rss=0B orphan_reclaimable=0B;214748365;;0";
const host = "memory_available=1700000000B;;;0;2075000000";
const toSee =
  "not seen: fd-links of 2 processes (denied), bound-file (ss is not installed); to see it: " +
  "run as root, or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and " +
  "install iproute2, whose ss names the file that each listener is bound to";

describe("checkReport", () => {
  it.each<[what: string, saw: Report, state: number, line: string]>([
    [
      "one master",
      report([socket()]),
      0,
      `OK - one master on ${path} (pid 68, 4 workers) | masters=1;;1:1 workers=4 ${none} ${host}`,
    ],
    [
      "a duplicate",
      report([duplicate]),
      2,
      `CRITICAL - duplicate: 2 masters on ${path} (pid 68 serves, pid 49 stale ${since}, holds 370 MiB) | masters=2;;1:1 workers=8 ${held} ${host}`,
    ],
    [
      "a duplicate that a cutover has made",
      report([
        {
          ...duplicate,
          findings: duplicate.findings.map((one) => ({ ...one, cutover: "a.service" })),
        },
      ]),
      2,
      `CRITICAL - duplicate: 2 masters on ${path} (pid 68 serves, pid 49 stale ${since}, holds 370 MiB; a cutover of a.service hands over) | masters=2;;1:1 workers=8 ${held} ${host}`,
    ],
    [
      "a path that nobody owns",
      report([unreachable]),
      2,
      `CRITICAL - unreachable: 1 master on ${path} (pid 49 stranded ${since}, holds 370 MiB) | masters=1;;1:1 workers=4 ${held} ${host}`,
    ],
    [
      "orphaned workers",
      report([orphaned]),
      1,
      `WARNING - orphaned-workers: 1 master on ${path} (pid 68 serves, workers 50 51 52 53 orphaned ${since}, holds 370 MiB) | masters=1;;1:1 workers=8 ${held} ${host}`,
    ],
    [
      "a socket without a master",
      report([noMaster]),
      2,
      `CRITICAL - no-master: no master on ${path} (nothing listens: ${path} is missing) | masters=0;;1:1 workers=0 ${none} ${host}`,
    ],
    [
      "a handover",
      report([handover]),
      0,
      `OK - handover: 2 masters on ${path} (pid 68 is the old side of an upgrade, pid 80 is the new side of an upgrade) | masters=2;;1:1 workers=8 ${none} ${host}`,
    ],
    [
      "a handover that takes too long",
      report([stuck]),
      1,
      `WARNING - handover-stuck: 2 masters on ${path} (pid 68 is the old side of an upgrade, pid 80 is the new side of an upgrade) | masters=2;;1:1 workers=8 ${none} ${host}`,
    ],
    [
      "a socket that could not be seen",
      report([unclear], { blind: denied }),
      3,
      `UNKNOWN - unknown: an unknown number of masters on ${path} (pid 68 unclear); ${toSee} | masters=U;;1:1 workers=U orphan_rss=U orphan_reclaimable=U;;;0 ${host}`,
    ],
    [
      "sockets that are fine on a host that could not be seen",
      report([socket()], { verdict: "unknown", blind: denied.slice(0, 1) }),
      3,
      `UNKNOWN - one master on ${path} (pid 68, 4 workers); not seen: fd-links of pid 812 (denied); to see it: run as root, or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH | masters=1;;1:1 workers=4 ${none} ${host}`,
    ],
    [
      "something that nobody knows how to see",
      report([socket()], { blind: [{ what: "memory", reason: "a row that is none" }] }),
      0,
      `OK - one master on ${path} (pid 68, 4 workers); not seen: memory (a row that is none) | masters=1;;1:1 workers=4 ${none} ${host}`,
    ],
    [
      "no socket",
      report([]),
      2,
      `CRITICAL - no-master: no gunicorn listens on a unix socket | ${host}`,
    ],
    [
      "no socket, but not everything either",
      report([], { verdict: "unknown", blind: denied }),
      3,
      `UNKNOWN - unknown: 2 gunicorn processes run here, but their sockets could not be seen; ${toSee} | ${host}`,
    ],
    [
      "no socket, and one gunicorn that is hidden",
      report([], { verdict: "unknown", blind: [{ what: "fd-links", pid: 812, reason: "denied" }] }),
      3,
      `UNKNOWN - unknown: a gunicorn runs here, but its sockets could not be seen; not seen: fd-links of pid 812 (denied); to see it: run as root, or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH | ${host}`,
    ],
    [
      "no socket, and hidden processes",
      report([], { verdict: "unknown", blind: [{ what: "processes", reason: "hidden" }] }),
      3,
      `UNKNOWN - unknown: no gunicorn was found, but not everything could be seen; not seen: processes (hidden); to see it: run as root, or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH | ${host}`,
    ],
    [
      "several sockets, the severest first",
      report(
        [
          socket({ path: "/run/fine.sock" }),
          socket({ ...unclear, path: "/run/unknown.sock" }),
          socket({ ...orphaned, path: "/run/a b.sock" }),
        ],
        { verdict: "orphaned-workers" },
      ),
      1,
      "WARNING - orphaned-workers: 1 master on /run/a b.sock (pid 68 serves, workers 50 51 52 53 " +
        `orphaned ${since}, holds 370 MiB); unknown: an unknown number of masters on ` +
        "/run/unknown.sock (pid 68 unclear); 1 socket with one master | " +
        "/run/fine.sock:masters=1;;1:1 /run/fine.sock:workers=4 /run/fine.sock:orphan_rss=0B " +
        "/run/fine.sock:orphan_reclaimable=0B;214748365;;0 /run/unknown.sock:masters=U;;1:1 " +
        "/run/unknown.sock:workers=U /run/unknown.sock:orphan_rss=U " +
        "/run/unknown.sock:orphan_reclaimable=U;;;0 '/run/a b.sock:masters'=1;;1:1 " +
        "'/run/a b.sock:workers'=8 '/run/a b.sock:orphan_rss'=432013312B " +
        `'/run/a b.sock:orphan_reclaimable'=387973120B;214748365;;0 ${host}`,
    ],
  ])("calls %s by its state", (_, saw, state, line) => {
    expect(checkReport(saw, 0.1)).toEqual({ state, line: `ONEMASTER ${line}` });
  });

  it("names five sockets in trouble and counts the others", () => {
    const many = Array.from({ length: 8 }, (_, index) =>
      socket({ ...noMaster, path: `/run/${index}.sock` }),
    );
    const { line } = checkReport(report(many), 0.1);
    expect(line.match(/no-master:/g)).toHaveLength(5);
    expect(line).toContain("; 3 more like that | ");
  });

  it("keeps a hostile path from ending the text, the line or a label", () => {
    const hostile = [socket({ path: "/run/a|b='c'\n=0 1.sock" }), socket()];
    const { line } = checkReport(report(hostile), 0.1);
    const [, data, ...rest] = line.split("|");
    expect(rest).toEqual([]);
    expect(line).not.toContain("\n");
    expect(data).toContain(" '/run/a\\x7cb__c_ _0 1.sock:masters'=1;;1:1 ");
  });
});

describe("checkFailure", () => {
  it("is unknown, in one line", () => {
    expect(checkFailure("a|b\nc")).toEqual({
      state: 3,
      line: "ONEMASTER UNKNOWN - a\\x7cb c",
    });
  });
});
