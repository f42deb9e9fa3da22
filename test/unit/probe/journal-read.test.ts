import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import type { JournalSpan } from "../../../agent/probe/journal-command.ts";
import { type JournalReading, listBoots, readJournal } from "../../../agent/probe/journal-read.ts";
import { resolveTime } from "../../../agent/probe/journal-time.ts";
import { startJournal } from "../../../agent/probe/journal-child.ts";
import { testFolder } from "../../support/folder.ts";
import { fixtureBytes } from "../parse/fixture.ts";

const span: JournalSpan = {
  units: ["platform.service"],
  sinceMs: 1_000,
  untilMs: 2_500.25,
  directory: undefined,
};
const incident = fixtureBytes("journal/incident-bookworm.jsonl").toString("utf8");

/** Makes the tools of this test's PATH: shell scripts by name. */
function tools(scripts: Readonly<Record<string, string>>): string {
  const { path, at } = testFolder();
  writeFileSync(at("incident"), incident);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(at(name), `#!/bin/sh\n${script}\n`);
    chmodSync(at(name), 0o755);
  }
  vi.stubEnv("PATH", `${path}:/usr/bin:/bin`);
  return path;
}

async function all(): Promise<readonly JournalReading[]> {
  const readings: JournalReading[] = [];
  for await (const reading of readJournal(span)) readings.push(reading);
  return readings;
}

describe("reading the journal once", () => {
  it("gives all entries, and no more when nothing was amiss", async () => {
    const path = tools({
      journalctl:
        'echo "$@" >"$(dirname "$0")/asked"; echo "-- Boot 5b7d --"; cat "$(dirname "$0")/incident"',
    });
    const readings = await all();
    expect(readings.map(({ kind }) => kind)).toEqual(Array(22).fill("entry"));
    const asked = readFileSync(`${path}/asked`, "utf8");
    expect(asked).toMatch(
      /--since=@1\.000000 --until=@2\.500250 .* -- _PID=1 UNIT=platform\.service \+ /,
    );
  });

  const lastThere = 'case "$*" in *--lines=1*) head -n 1 "$(dirname "$0")/incident"; exit;; esac;';

  it("gives nothing where there is a journal, but nothing of that kind in it", async () => {
    tools({ journalctl: lastThere });
    expect(await all()).toEqual([]);
  });

  it.each([
    ["lines that are no entries", `${lastThere} echo nonsense; echo '{'`, 2, undefined],
    ["a torn last line", `${lastThere} printf '{"MESSAGE":'`, 1, undefined],
    [
      "no journal, of which journalctl does not speak",
      "true",
      0,
      { kind: "gone", what: "journalctl", why: "no journal" },
    ],
    [
      "no journal that could be looked for",
      'case "$*" in *--lines=1*) echo Bus error >&2; exit 1;; esac',
      0,
      expect.objectContaining({ kind: "failed", why: "Bus error" }),
    ],
    [
      "missing rights",
      "echo No journal files were opened due to insufficient permissions. >&2; exit 1",
      0,
      { kind: "denied", what: "journalctl", why: "denied" },
    ],
    [
      "rights for a part only",
      "echo Hint: You are currently not seeing messages from other users and the system. >&2",
      0,
      { kind: "denied", what: "journalctl", why: "denied" },
    ],
    [
      "no journal",
      "echo No journal files were found. >&2",
      0,
      { kind: "gone", what: "journalctl", why: "no journal" },
    ],
    [
      "another failure",
      "echo Failed to look: Bus error >&2; exit 1",
      0,
      { kind: "failed", what: "journalctl", why: "Failed to look: Bus error" },
    ],
    [
      "a failure without a word",
      "exit 3",
      0,
      { kind: "failed", what: "journalctl", why: "exit status 3" },
    ],
    ["a signal", "kill -KILL $$", 0, { kind: "failed", what: "journalctl", why: "SIGKILL" }],
  ])("says at the end that there was %s", async (_, script, malformed, failure) => {
    tools({ journalctl: script });
    expect(await all()).toEqual([{ kind: "gaps", malformed, failure }]);
  });

  it("says so where journalctl is not installed", async () => {
    vi.stubEnv("PATH", "/nowhere");
    const failure = { kind: "gone", what: "journalctl", why: "journalctl is not installed" };
    expect(await all()).toEqual([{ kind: "gaps", malformed: 0, failure }]);
    expect(await listBoots(undefined)).toMatchObject({ ok: false, failure: { kind: "gone" } });
    expect(await resolveTime("now")).toMatchObject({ ok: false, failure: { kind: "gone" } });
  });

  it("ends journalctl when it is left early", async () => {
    tools({ journalctl: 'cat "$(dirname "$0")/incident"; exec sleep 100' });
    let seen = 0;
    for await (const reading of readJournal(span)) {
      expect(reading.kind).toBe("entry");
      seen += 1;
      if (seen === 3) break;
    }
    expect(seen).toBe(3);
  });
});

describe("a journalctl that the kernel refuses to start", () => {
  // it throws then, as it does where there is no memory for another process
  const long = "x".repeat(200_000);
  const failure = { kind: "failed", what: "journalctl", why: "E2BIG" };

  it("is said where the journal is read", async () => {
    const readings: JournalReading[] = [];
    for await (const reading of readJournal({ ...span, units: [long] })) readings.push(reading);
    expect(readings).toEqual([{ kind: "gaps", malformed: 0, failure }]);
    expect(await listBoots(long)).toMatchObject({ ok: false, failure: { why: "E2BIG" } });
  });

  it("is said where it would follow, once it can be waited for", async () => {
    const ended = await new Promise((resolve) => {
      const child = startJournal([long], {
        line: () => undefined,
        said: () => undefined,
        ended: (end) => resolve({ end, pid: child.pid }),
      });
    });
    expect(ended).toEqual({ end: { ok: false, reason: "E2BIG", tooLong: 0 }, pid: undefined });
  });
});

describe("the list of boots", () => {
  it("is none where there is no journal", async () => {
    tools({ journalctl: "true" });
    const failure = { kind: "gone", what: "journalctl", why: "no journal" };
    expect(await listBoots(undefined)).toEqual({ ok: false, failure });
  });

  it("is said to be malformed where journalctl prints something else", async () => {
    tools({ journalctl: "echo IDX BOOT ID" });
    expect(await listBoots("/copy")).toEqual({
      ok: false,
      failure: {
        kind: "malformed",
        what: "journalctl --list-boots",
        why: JSON.stringify("IDX BOOT ID\n"),
      },
    });
  });
});

describe("a time in words", () => {
  it.each([
    ["in seconds", "echo '   UNIX seconds: @1795367339'", { ok: true, value: 1_795_367_339_000 }],
    ["finer", "echo '   UNIX seconds: @1795367339.855165'", { ok: true, value: 1_795_367_339_855 }],
  ])("is what systemd says, %s", async (_, script, time) => {
    tools({ "systemd-analyze": script });
    expect(await resolveTime("-1h")).toEqual(time);
  });

  it.each([
    [
      "refuses it",
      "echo Failed to parse: Invalid argument >&2; exit 1",
      "Failed to parse: Invalid argument",
    ],
    ["names no time", "echo hello", "systemd-analyze named no time"],
  ])("is none where systemd %s", async (_, script, why) => {
    tools({ "systemd-analyze": script });
    expect(await resolveTime("soon")).toMatchObject({
      ok: false,
      failure: { kind: "failed", why },
    });
  });
});

describe("a journalctl that follows", () => {
  it("hands on lines and remarks, and how it ended", async () => {
    tools({ journalctl: "echo -- No entries --; echo one; echo two; echo remark >&2; exit 1" });
    const lines: string[] = [];
    const said: string[] = [];
    const end = await new Promise((resolve) => {
      startJournal([], {
        line: (text) => void lines.push(text),
        said: (text) => void said.push(text),
        ended: resolve,
      });
    });
    expect(lines).toEqual(["one", "two"]);
    expect(said).toEqual(["remark"]);
    expect(end).toEqual({ ok: false, reason: "remark", tooLong: 0 });
  });
});
