import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { alertFile, readAlerts, writeAlerts } from "../../../agent/history/alert-file.ts";
import type { ToldTarget } from "../../../agent/model/alert.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { toldAlert } from "../expose/alert-builds.ts";

const targets: readonly ToldTarget[] = [
  {
    url: "http://am-1:9093",
    alerts: [toldAlert({ alertname: "A" }), toldAlert({}, { endsAtMs: 5 })],
  },
  { url: "https://am-2", alerts: [toldAlert({ alertname: "B", socket: "/run/a b.sock" })] },
];
const [target] = targets;

describe("the file of pushed alerts", () => {
  it("gives back what was written", async () => {
    const folder = join(temporaryFolder("alerts"), "made");
    await writeAlerts(folder, targets);
    expect(await readAlerts(folder)).toEqual({ ok: true, value: targets });
    expect(readdirSync(folder)).toEqual(["alerts.json"]);
  });

  it("is there only while somebody has to be told of something", async () => {
    const folder = temporaryFolder("alerts");
    await writeAlerts(folder, targets);
    await writeAlerts(folder, [{ url: "http://am-1:9093", alerts: [] }]);
    expect(readdirSync(folder)).toEqual([]);
    expect(await readAlerts(folder)).toEqual({ ok: true, value: [] });
    await writeAlerts(folder, []);
  });

  it("cannot be written over a file that is a folder's name", async () => {
    const folder = join(temporaryFolder("alerts"), "file");
    writeFileSync(folder, "");
    await expect(writeAlerts(folder, targets)).rejects.toThrow("ENOTDIR");
    expect(await readAlerts(folder)).toMatchObject({ ok: false, failure: { kind: "failed" } });
  });

  it.each<[found: string, value: unknown]>([
    ["half of it", '{"schema":1,"targets":[{"url'],
    ["nothing", ""],
    ["another schema", { schema: 2, targets: [] }],
    ["no list", { schema: 1, targets: {} }],
    [
      "a URL of something else",
      { schema: 1, targets: [{ url: "file:///etc/passwd", alerts: [] }] },
    ],
    ["no URL", { schema: 1, targets: [{ url: "http://", alerts: [] }] }],
    ["a label that is no text", withAlert({ labels: { a: 1 } })],
    ["labels that are a list", withAlert({ labels: ["a"] })],
    ["no description", withAlert({ annotations: { summary: "s", runbook_url: "r" } })],
    ["a time of no calendar", withAlert({ startsAtMs: 1e18 })],
    ["a time before all", withAlert({ endsAtMs: -1 })],
    ["an end that is a text", withAlert({ endsAtMs: "now" })],
  ])("is malformed with %s", async (_, value) => {
    const folder = temporaryFolder("alerts");
    const text = typeof value === "string" ? value : JSON.stringify(value);
    writeFileSync(alertFile(folder), text);
    expect(await readAlerts(folder)).toMatchObject({ ok: false, failure: { kind: "malformed" } });
  });
});

function withAlert(changes: object): unknown {
  return { schema: 1, targets: [{ ...target, alerts: [{ ...toldAlert({}), ...changes }] }] };
}
