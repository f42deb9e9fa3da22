import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readAptLog } from "../../../agent/history/apt-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function logPath(): string {
  const path = temporaryFolder("apt");
  return join(path, "history.log");
}

const run = (day: number, command: string) =>
  `\nStart-Date: 2026-11-${day}  06:17:33\nCommandline: ${command}\nEnd-Date: 2026-11-${day}  06:17:48\n`;

describe("apt's log", () => {
  it("is read with its rotated files, oldest run first, times in the host's zone", async () => {
    const path = logPath();
    writeFileSync(path, run(22, "apt upgrade"));
    writeFileSync(
      `${path}.1.gz`,
      gzipSync(run(10, "/usr/bin/unattended-upgrade") + "\nnonsense\n"),
    );
    const { runs, malformed, failures } = await readAptLog(path);
    expect({ malformed, failures }).toEqual({ malformed: 1, failures: [] });
    expect(runs.map(({ command }) => command)).toEqual([
      "/usr/bin/unattended-upgrade",
      "apt upgrade",
    ]);
    expect(runs[1]?.beganMs).toBe(new Date("2026-11-22T06:17:33").getTime());
  });

  it.each([
    ["file", (path: string) => path],
    ["folder, as on a host without apt", (path: string) => join(path, "none", "history.log")],
  ])("has no runs where there is no such %s", async (_, where) => {
    expect(await readAptLog(where(logPath()))).toEqual({ runs: [], malformed: 0, failures: [] });
  });

  it("tells which file cannot be read, and reads the others", async () => {
    const path = logPath();
    writeFileSync(path, run(22, "apt upgrade"));
    mkdirSync(`${path}.1`);
    const zipped = gzipSync(run(10, "apt"));
    writeFileSync(`${path}.2.gz`, zipped.subarray(0, zipped.length - 9));
    const { runs, failures } = await readAptLog(path);
    expect(runs).toHaveLength(1);
    expect(failures).toEqual([
      { kind: "failed", what: `${path}.1`, why: "EISDIR" },
      { kind: "malformed", what: `${path}.2.gz`, why: "Z_BUF_ERROR" },
    ]);
  });
});
