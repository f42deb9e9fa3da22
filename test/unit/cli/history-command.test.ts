import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { historyCommand, type HistoryOptions } from "../../../agent/cli/history-command.ts";
import type { JournalAsked } from "../../../agent/run/journal-past.ts";
import type { HistorySources } from "../../../agent/cli/history-sources.ts";
import type { Surroundings } from "../../../agent/cli/surroundings.ts";
import { readErrorLog } from "../../../agent/history/error-log-reader.ts";
import type { ReadFailure } from "../../../agent/model/read.ts";
import type { JournalEvent } from "../../../agent/model/journal.ts";
import type { Report } from "../../../agent/model/report.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { at, comes, goes, journal, logLine, speaks, type Told } from "../detect/log-story.ts";
import { duplicate, report } from "./reports.ts";

interface Around {
  readonly told?: readonly Told[];
  readonly events?: readonly JournalEvent[];
  readonly journalFailures?: readonly ReadFailure[];
  readonly saw?: Report;
  readonly settings?: string;
  readonly columns?: number;
  readonly terminal?: boolean;
}

interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: readonly JournalAsked[];
}

const noOptions: HistoryOptions = {
  json: false,
  since: undefined,
  until: undefined,
  errorLogs: [],
};

async function run(
  options: Partial<HistoryOptions>,
  around: Around = {},
  unit?: string,
): Promise<Ran> {
  const folder = temporaryFolder("history");
  const { told, saw = report([]), events = [], journalFailures = [] } = around;
  if (told !== undefined) {
    writeFileSync(join(folder, "error.log"), `${told.map(logLine).join("\n")}\n`);
  }
  const config = join(folder, "onemaster.yml");
  if (around.settings !== undefined) {
    writeFileSync(config, around.settings.replaceAll("FOLDER", folder));
  }
  const written = { stdout: "", stderr: "" };
  const asked: JournalAsked[] = [];
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string) => void (written[name] += text.replaceAll(folder, "/srv")),
    flushed: () => Promise.resolve(undefined),
    isTerminal: around.terminal ?? false,
    columns: around.columns,
  });
  const surroundings: Surroundings = {
    workingDirectory: folder,
    defaultSettingsPath: "/nonexistent/onemaster.yml",
    plainText: true,
    stdout: output("stdout"),
    stderr: output("stderr"),
    look: async () => saw,
    runAgent: async () => 0,
    stopSignal: () => new AbortController().signal,
    inBackground: () => false,
    sleep: async () => undefined,
  };
  const sources: HistorySources = {
    nowMs: () => at(100_000),
    readErrorLog,
    readJournal: async (question) => {
      asked.push(question);
      const entries = events.length;
      return { events, entries, malformed: 0, failures: journalFailures };
    },
    readAptLog: async () => ({ runs: [], malformed: 0, failures: [] }),
    look: surroundings.look,
    resolveTime: async (text) =>
      text === "yesterday"
        ? { ok: true, value: at(0) }
        : { ok: false, failure: { kind: "failed", what: text, why: "no time" } },
  };
  const common = {
    config: around.settings === undefined ? undefined : config,
    socket: [],
    color: false,
  };
  const all = { ...noOptions, ...options };
  const exitCode = await historyCommand(unit, common, all, surroundings, sources);
  return { exitCode, ...written, asked };
}

const two: readonly Told[] = [
  ...comes(0, 7),
  ...comes(3_600, 8),
  ...goes(7_300, 7),
  ...goes(9_000, 8),
];
const events = [
  ...journal.started(-1),
  ...journal.sudo(3_598, "alice", "/usr/bin/systemctl restart platform"),
  ...journal.survived(3_599, [7]),
  ...journal.started(3_600, [7]),
];
const log = { errorLogs: ["error.log"] };

describe("history for people", () => {
  it("tells each occurrence with its trigger, its evidence and its picture", async () => {
    const told = [...two, ...comes(20_000, 9), ...comes(30_000, 10), ...goes(30_060, 10)];
    const { stdout, stderr, exitCode } = await run(log, { told, events }, "platform");
    await expect(stdout).toMatchFileSnapshot("history/two-occurrences.txt");
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
  });

  it("uses the width there is, and draws nothing where there is none", async () => {
    const wide = await run(log, { told: two, events, columns: 120 }, "platform");
    expect(wide.stdout).toMatch(/^ {4}7 {2}─+█{50,}─*$/m);
    const narrow = await run(log, { told: two, events, columns: 24 }, "platform");
    expect(narrow.stdout).not.toContain("█");
  });

  it("says that it found nothing, and since when", async () => {
    const { stdout } = await run(log, { told: comes(0, 7) });
    expect(stdout.split("\n")[0]).toBe("0 occurrences since 2026-11-22");
  });

  it("says when nothing could be read, on both streams, and exits 0 still", async () => {
    const denied: ReadFailure = { kind: "denied", what: "journalctl", why: "denied" };
    const ran = await run({ errorLogs: ["none.log"] }, { journalFailures: [denied] });
    expect(ran.exitCode).toBe(0);
    expect(ran.stdout).toContain("nothing could be read, so nothing is known");
    expect(ran.stdout).toContain("/srv/none.log: 0 lines, could not be read: ENOENT");
    expect(ran.stderr).toBe(
      "onemaster: could not read journalctl: denied\n" +
        "onemaster: could not read /srv/none.log: ENOENT\n",
    );
  });

  it("says of a log in another format that it cannot be read", async () => {
    const ran = await run(log, { told: [] });
    expect(ran.stdout).toContain("/srv/error.log: 1 line,");
    const settings = "sockets: [{ path: /srv/a.sock }]\njournal: { enabled: false }\n";
    const unasked = await run({}, { settings });
    expect(unasked.stdout).toContain("not asked: journal.enabled is false");
    expect(unasked.stdout).toContain("no error.log is known: name it with --error-log");
  });
});

describe("history for programs", () => {
  it("prints schema 1", async () => {
    const ran = await run({ ...log, json: true }, { told: two, events }, "platform.service");
    expect(JSON.parse(ran.stdout)).toMatchObject({
      schema: 1,
      since: "2026-11-22T17:59:59.000Z",
      until: "2026-11-23T21:46:40.000Z",
      summary: { proven: 1, confirmedInJournal: 1, possible: 0, ongoing: 0 },
      sources: [
        { kind: "processes", read: 0 },
        { kind: "journal", read: 9 },
        { kind: "apt" },
        { kind: "error.log", read: 8, notUnderstood: 0 },
      ],
      occurrences: [
        {
          certainty: "proven",
          sources: ["error.log", "journal"],
          atLeastSeconds: 3_700,
          atMostSeconds: 3_700,
          cause: { trigger: "manual-restart", by: "alice", unit: "platform.service" },
        },
      ],
    });
  });

  it("has no since where nothing was read", async () => {
    const { stdout } = await run({ json: true });
    expect(JSON.parse(stdout)).toMatchObject({ since: null, occurrences: [] });
  });
});

describe("what history reads", () => {
  it("is what settings name, with the unit of each socket", async () => {
    const settings =
      "sockets: [{ path: /srv/x/app.sock, unit: platform.service, error_log: FOLDER/error.log }]\n";
    const { stdout, asked } = await run({ json: true }, { told: two, events, settings });
    expect(asked[0]?.units).toEqual(["platform.service", "apt-daily-upgrade.service"]);
    const { occurrences } = JSON.parse(stdout) as { readonly occurrences: readonly object[] };
    expect(occurrences).toMatchObject([{ address: "/srv/x/app.sock", unit: "platform.service" }]);
  });

  it("is the journal of units of masters that run", async () => {
    const { asked } = await run({}, { saw: report([duplicate]) });
    expect(asked).toEqual([
      {
        units: ["platform.service", "apt-daily-upgrade.service"],
        sinceMs: undefined,
        untilMs: at(100_000),
      },
    ]);
  });

  it("is the journal from a week before, so that it finds what led to an occurrence", async () => {
    const { asked } = await run({ since: "yesterday", until: "yesterday" });
    expect(asked[0]).toMatchObject({ sinceMs: at(0) - 7 * 86_400_000, untilMs: at(0) });
  });

  it.each([
    ["2026-11-22 19:00", "2026-11-22T19:00:00"],
    ["2026-11-22", "2026-11-22T00:00:00"],
    ["2026-11-22T19:00:05", "2026-11-22T19:00:05"],
  ])("may begin at %s, which needs no systemd", async (since, local) => {
    const { asked } = await run({ since });
    expect(asked[0]?.sinceMs).toBe(new Date(local).getTime() - 7 * 86_400_000);
  });

  it.each(["next year", "2026-02-31", ""])("cannot begin at %j", async (since) => {
    await expect(run({ since })).rejects.toThrow(`--since: "${since}" is no time; write it like`);
  });

  it("is cut to what was asked for", async () => {
    const { stdout } = await run({ ...log, json: true, until: "2020-01-01" }, { told: two });
    expect(JSON.parse(stdout)).toMatchObject({ occurrences: [] });
    expect((await run(log, { told: [...two, ...speaks(9_999, 8)] })).stdout).toContain("#1");
  });
});
