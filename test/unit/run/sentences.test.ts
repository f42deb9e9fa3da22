import { expect, it } from "vitest";
import type { SocketReport } from "../../../agent/model/report.ts";
import { socketSentence } from "../../../agent/run/sentences.ts";
import { duplicate, group, socket } from "./reports.ts";

const since = "2026-11-22T12:20:09.000Z";

it.each<[string, SocketReport, string]>([
  ["one master", socket(), "one-master: master 68 serving (workers 69 70, 370 MiB)"],
  [
    "a confirmed duplicate",
    { ...duplicate, confirmed: true },
    "duplicate (confirmed): master 68 serving (workers 69 70, 370 MiB); master 49 stale (workers 50 51, 370 MiB)",
  ],
  [
    "a duplicate that a cutover has made",
    {
      ...duplicate,
      confirmed: false,
      findings: [{ kind: "duplicate", since, message: "two", cutover: "a.service" }],
    },
    "duplicate: master 68 serving (workers 69 70, 370 MiB); master 49 stale (workers 50 51, 370 MiB); a cutover of a.service hands over",
  ],
  [
    "workers whose master is dead",
    socket({
      verdict: "orphaned-workers",
      groups: [group(49, { role: "orphaned", master: null })],
    }),
    "orphaned-workers: workers without a master orphaned (workers 50 51, 370 MiB)",
  ],
  [
    "a master without workers whose memory is not known",
    socket({ groups: [group(68, { workers: [], memory: null })] }),
    "one-master: master 68 serving (no worker)",
  ],
  [
    "no group, so the findings",
    socket({
      verdict: "no-master",
      groups: [],
      findings: [{ kind: "no-master", since, message: "nothing listens: it does not exist" }],
    }),
    "no-master: nothing listens: it does not exist",
  ],
  [
    "not knowing, and why",
    socket({
      verdict: "unknown",
      groups: [group(68, { role: "unclear" })],
      findings: [{ kind: "unknown", since, message: "fd-links of pid 7: denied" }],
    }),
    "unknown: master 68 unclear (workers 69 70, 370 MiB) [fd-links of pid 7: denied]",
  ],
])("%s", (_, said, sentence) => {
  expect(socketSentence(said)).toBe(sentence);
});
