import { expect, it } from "vitest";
import { wantsOpenMetrics } from "../../../agent/expose/accept.ts";

it.each([
  [
    "Prometheus 2.42",
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," +
      "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    true,
  ],
  ["a scraper that takes both alike", "text/plain, Application/OpenMetrics-Text", true],
  ["a scraper that likes text better", "application/openmetrics-text;q=0.4, text/plain", false],
  ["a scraper that refuses OpenMetrics", "application/openmetrics-text; q=0", false],
  ["a weight that is no number", "application/openmetrics-text; q=high", false],
  ["a browser", "text/html,application/xhtml+xml,*/*;q=0.8", false],
  ["curl", "*/*", false],
  ["a client that says nothing", undefined, false],
])("%s", (_, accept, wanted) => {
  expect(wantsOpenMetrics(accept)).toBe(wanted);
});
