import { expect, it } from "vitest";
import type { Report } from "../../../agent/model/report.ts";
import { closingLines, openingLine } from "../../../agent/run/greeting.ts";
import { report, socket } from "./reports.ts";

it.each([
  ["/etc/onemaster/onemaster.yml", "onemaster 1.2.3 (/etc/onemaster/onemaster.yml)"],
  [undefined, "onemaster 1.2.3 (no settings file: every gunicorn on this host is watched)"],
])("the first line with the settings %s", (settings, line) => {
  expect(openingLine("1.2.3", settings)).toBe(line);
});

const local = { address: { host: "127.0.0.1", port: 10_709 }, scheme: "http" } as const;
const watching = "watching; metrics http://127.0.0.1:10709/metrics, status http://127.0.0.1:10709/";

it.each<[string, Report, readonly string[]]>([
  [
    "a gunicorn and nothing hidden",
    report([socket()]),
    ["nothing was hidden from this look", watching],
  ],
  [
    "no gunicorn",
    report([]),
    [
      "no gunicorn listens on a unix socket here yet",
      "nothing was hidden from this look",
      watching,
    ],
  ],
  [
    "no rights",
    report([socket()], [{ what: "fd-links", pid: 7, reason: "denied" }]),
    ["to see all: run as root, or give CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH", watching],
  ],
  [
    "no ss, which rights would not cure",
    report([socket()], [{ what: "bound-file", reason: "ss is not installed" }]),
    [watching],
  ],
])("the lines after a first look at %s", (_, seen, lines) => {
  expect(closingLines(seen, local)).toEqual(lines);
});

it("writes an IPv6 address as a URL needs it", () => {
  expect(
    closingLines(report([socket()]), { address: { host: "::1", port: 9 }, scheme: "https" }).at(-1),
  ).toBe("watching; metrics https://[::1]:9/metrics, status https://[::1]:9/");
});
