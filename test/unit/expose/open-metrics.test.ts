import { describe, expect, it } from "vitest";
import { toOpenMetrics } from "../../../agent/expose/open-metrics.ts";
import { newMetrics } from "./page.ts";
import { duplicateSocket, reportOf } from "./reports.ts";

describe("toOpenMetrics", () => {
  it("names a counter's family without _total, keeps its samples, and ends the page", () => {
    const classic = [
      "# HELP a_total Things in total.",
      "# TYPE a_total counter",
      'a_total{kind="x"} 1',
      "",
      "# HELP b_bytes Not a counter, but says b_total counter.",
      "# TYPE b_bytes gauge",
      "b_bytes 2",
      "",
    ].join("\n");
    expect(toOpenMetrics(classic)).toBe(
      [
        "# HELP a Things in total.",
        "# TYPE a counter",
        'a_total{kind="x"} 1',
        "# HELP b_bytes Not a counter, but says b_total counter.",
        "# TYPE b_bytes gauge",
        "b_bytes 2",
        "# EOF",
        "",
      ].join("\n"),
    );
  });
});

describe("the page in both formats", () => {
  it("is told apart by its content type", async () => {
    const metrics = newMetrics();
    expect((await metrics.page(false)).contentType).toBe(
      "text/plain; version=0.0.4; charset=utf-8",
    );
    expect((await metrics.page(true)).contentType).toBe(
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
  });

  it("keeps the names of counters on a classic page after an OpenMetrics page", async () => {
    const metrics = newMetrics();
    const [, openMetrics] = await Promise.all([metrics.page(false), metrics.page(true)]);
    expect(openMetrics.body).toContain("# TYPE onemaster_scans counter\n");
    const { body } = await metrics.page(false);
    expect(body).toContain("# TYPE onemaster_scans_total counter\n");
  });

  it("is strict OpenMetrics", async () => {
    const metrics = newMetrics();
    metrics.showReport(reportOf([duplicateSocket()]));
    metrics.countScan("start", 0.02);
    expect(faultsOf((await metrics.page(true)).body)).toEqual([]);
  });
});

/** What a strict reader of OpenMetrics would refuse in `page`, one line each. */
function faultsOf(page: string): readonly string[] {
  const faults: string[] = [];
  const lines = page.split("\n");
  if (lines.pop() !== "" || lines.pop() !== "# EOF") faults.push("does not end with # EOF");
  let family = { name: "", type: "" };
  for (const line of lines) {
    const head = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (head?.[1] === "TYPE") family = { name: head[2] ?? "", type: head[3] ?? "" };
    else if (head?.[1] === "HELP") {
      if (/["\\]/.test(head[3] ?? "")) faults.push(`help needs escapes: ${line}`);
    } else if (!belongs(line, family)) faults.push(`not of ${family.name}: ${line}`);
    if (family.type !== "counter" && family.name.endsWith("_total")) faults.push(line);
    if (/le="\d+"/.test(line)) faults.push(`bound is no float: ${line}`);
  }
  return faults;
}

function belongs(line: string, { name, type }: { name: string; type: string }): boolean {
  const sample = /^(\w+)(?:\{[^{}]*\})? -?\d[\d.e+-]*$/.exec(line)?.[1];
  switch (type) {
    case "gauge":
      return sample === name;
    case "counter":
      return sample === `${name}_total`;
    case "histogram":
      return ["_bucket", "_sum", "_count"].some((end) => sample === name + end);
    default:
      return false;
  }
}
