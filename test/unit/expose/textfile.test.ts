import { expect, it } from "vitest";
import type { AuditReport } from "../../../agent/model/audit.ts";
import { textfilePage } from "../../../agent/expose/textfile.ts";
import { promtool, promtoolLimit } from "./promtool.ts";
import { duplicateSocket, reportOf, soundSocket } from "./reports.ts";

const facts = { audit: undefined, complete: true, version: "1.2.3", node: "v20.0.0" };

it("prints what a single look at two masters knows", async () => {
  const audit: AuditReport = {
    schema: 1,
    takenAt: "2026-11-22T13:20:09.123Z",
    blind: [],
    units: [
      {
        unit: "platform.service",
        sockets: [],
        items: [
          { link: "kill-mode", state: "bad", evidence: "", fix: null },
          { link: "pidfile", state: "unknown", evidence: "", fix: null },
        ],
      },
    ],
  };
  const page = await textfilePage({ ...facts, report: reportOf([duplicateSocket()]), audit });
  await expect(page).toMatchFileSnapshot("./two-masters.prom");
});

it("prints nothing that takes a second look, no counter, and no name of node_exporter's own", async () => {
  const page = await textfilePage({ ...facts, report: reportOf([duplicateSocket()]) });
  const types = [...page.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]);
  expect(
    types.filter(([name, type]) => type !== "gauge" || !name?.startsWith("onemaster_")),
  ).toEqual([]);
  expect(page).not.toMatch(/confirmed|incident|journal|reload|watch/);
  const helps = page.match(/^# HELP \S+/gm) ?? [];
  expect(helps).toEqual([...new Set(helps)]);
});

it("says when the look was taken, and when it was complete only where it was", async () => {
  const report = reportOf([soundSocket()], {
    blind: [{ what: "fd-links", reason: "denied" }],
  });
  const page = await textfilePage({ ...facts, report, complete: false });
  expect(page).toMatch(/^onemaster_textfile_timestamp_seconds 1795353609\.123$/m);
  expect(page).toMatch(/^onemaster_blind\{what="fd-links"\} 1$/m);
  expect(page).not.toContain("last_complete");
});

it("has no finding for promtool", promtoolLimit, async (context) => {
  const page = await textfilePage({ ...facts, report: reportOf([duplicateSocket()]) });
  expect(promtool(context, ["check", "metrics"], page)).toEqual({ status: 0, output: "" });
});
