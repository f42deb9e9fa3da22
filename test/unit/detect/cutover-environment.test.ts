import { describe, expect, it } from "vitest";
import { chooseEnvironment, environmentText } from "../../../agent/detect/cutover-environment.ts";
import type { CutoverLook, SourcedFile } from "../../../agent/model/cutover-facts.ts";
import { flags, look, master, scripts } from "./cutover-build.ts";

const defaults: SourcedFile = {
  path: "/etc/default/platform",
  values: new Map([["HOLD_MB", "60"]]),
  shellOnly: [],
  isRoots: true,
};
const open: SourcedFile = { ...defaults, path: "/srv/app/.env", isRoots: false };
const exported = new Map<string, string | null>([["HOLD_MB", "60"]]);

function chosen(seen: Partial<CutoverLook>, file?: string) {
  return chooseEnvironment(look(seen), flags({ environmentFile: file }), "platform");
}

function running(pairs: readonly (readonly [string, string])[]) {
  return master({ environment: new Map(pairs) });
}

describe("the environment of the new service", () => {
  it.each<[string, Partial<CutoverLook>, string[], string, string]>([
    ["nothing", {}, [], "none", "the start scripts"],
    [
      "a file that the scripts read in",
      { scripts: scripts({ sourced: [defaults], exported }) },
      ["/etc/default/platform"],
      "/etc/default/platform",
      "read in by the start scripts",
    ],
    ["nothing that runs", { master: running([]) }, [], "none", "environment of master 68"],
    [
      "a file and what it has not",
      {
        scripts: scripts({ sourced: [defaults], exported }),
        master: running([
          ["HOLD_MB", "60"],
          ["KEY", "x"],
        ]),
      },
      ["/etc/default/platform", "/etc/default/platform-native"],
      "/etc/default/platform /etc/default/platform-native (KEY)",
      "environment of master 68",
    ],
    [
      "a file that a shell alone reads",
      { scripts: scripts({ sourced: [{ ...defaults, shellOnly: [2] }], exported }) },
      ["/etc/default/platform-native"],
      "/etc/default/platform-native (HOLD_MB)",
      "the start scripts",
    ],
    [
      "a file that is not exported",
      { scripts: scripts({ sourced: [defaults] }) },
      [],
      "none",
      "the start scripts",
    ],
    [
      "an empty file",
      { scripts: scripts({ sourced: [{ ...defaults, values: new Map() }] }) },
      [],
      "none",
      "the start scripts",
    ],
  ])("is %s", (_, seen, files, text, source) => {
    expect(chosen(seen)).toMatchObject({ files, text, source, questions: [], notes: [] });
  });

  it("is the file that is named", () => {
    const own = { master: running([["KEY", "x"]]) };
    expect(chosen(own, "/etc/x.env")).toMatchObject({
      files: ["/etc/x.env"],
      own: undefined,
      source: "--environment-file",
    });
  });

  it("is written for root alone, and marked as secret", () => {
    expect(chosen({ master: running([["KEY", 'a"b']]) }).own).toEqual({
      path: "/etc/default/platform-native",
      mode: 0o600,
      text: String.raw`KEY="a\"b"` + "\n",
      secret: true,
    });
  });

  it.each<[string, Partial<CutoverLook>, string]>([
    [
      "the launcher makes one of its own",
      { scripts: scripts({ ownEnvironment: true }) },
      "of its own making",
    ],
    [
      "a value is not known",
      { scripts: scripts({ exported: new Map([["KEY", null]]) }) },
      "KEY: only running",
    ],
    [
      "others than root can change what the scripts read in",
      { scripts: scripts({ sourced: [defaults, open], exported }) },
      "change /srv/app/.env, and what gunicorn has of it today cannot be read: copy",
    ],
    ["a value has several lines", { master: running([["KEY", "a\nb"]]) }, "over several lines"],
    [
      "a name is none that a file can have",
      { master: running([["BASH_FUNC_x%%", "y"]]) },
      "over several lines",
    ],
  ])("is asked for where %s", (_, seen, why) => {
    expect(chosen(seen).questions).toMatchObject([
      { flag: "--environment-file", guess: null, why: expect.stringContaining(why) },
    ]);
  });

  it("of a launcher's own making is read from the master", () => {
    const seen = { scripts: scripts({ ownEnvironment: true }), master: running([["KEY", "x"]]) };
    expect(chosen(seen).questions).toEqual([]);
  });

  it.each([
    [[["HOLD_MB", "5"]], "HOLD_MB of /etc/default/platform is other than"],
    [[], "HOLD_MB, X of /etc/default/platform are other than"],
  ] as const)("tells that a file has changed since: %j", (pairs, note) => {
    const values = pairs.length > 0 ? defaults.values : new Map([...defaults.values, ["X", "1"]]);
    const seen = {
      scripts: scripts({
        sourced: [{ ...defaults, values }],
        exported: new Map([...exported, ["X", "1"]]),
      }),
      master: running(pairs),
    };
    expect(chosen(seen).notes).toEqual([expect.stringContaining(note)]);
  });

  it("names no file that others than root can change, and has what runs of it", () => {
    const running68 = running([
      ["HOLD_MB", "60"],
      ["PYTHONPATH", "/srv/lib"],
    ]);
    const found = chosen({ scripts: scripts({ sourced: [open], exported }), master: running68 });
    expect(found.files).toEqual(["/etc/default/platform-native"]);
    expect(found.own?.text).toBe('HOLD_MB="60"\nPYTHONPATH="/srv/lib"\n');
    expect(found.questions).toEqual([]);
    expect(found.notes).toEqual([
      expect.stringMatching(/^others than root can change \/srv\/app\/\.env: .* copied to /),
    ]);
  });

  it("needs nothing of an open file that is for the scripts alone", () => {
    expect(chosen({ scripts: scripts({ sourced: [open] }) })).toMatchObject({
      files: [],
      questions: [],
    });
  });

  it.each([
    [[["LD_PRELOAD", "/tmp/hush.so"]], "LD_PRELOAD: left out .* code by it;", undefined],
    [
      [
        ["NODE_OPTIONS", "--require=/tmp/hush"],
        ["KEY", "x"],
        ["BASH_ENV", "/tmp/hush"],
      ],
      "NODE_OPTIONS, BASH_ENV: left out .* code by them; .*--environment-file",
      'KEY="x"\n',
    ],
  ] as const)("leaves out what a loader obeys, and says so: %j", (pairs, note, text) => {
    const { own, notes, questions } = chosen({ master: running(pairs) });
    expect(own?.text).toBe(text);
    expect(notes).toEqual([expect.stringMatching(note)]);
    expect(notes.join("")).not.toContain("hush");
    expect(questions).toEqual([]);
  });

  it("is told to be unknown where neither a master nor a script tells", () => {
    const seen = { master: undefined, scripts: scripts({ launches: [] }) };
    expect(chosen(seen).notes).toEqual([expect.stringContaining("cannot be told")]);
  });

  it("without a master is what the scripts tell", () => {
    const seen = { master: undefined, scripts: scripts({ exported }) };
    expect(chosen(seen).source).toBe("the start scripts");
  });
});

it.each([
  ["plain", "a b", 'X="a b"\n'],
  ["what systemd would take away", 'a"b\\c`d$e', 'X="a\\"b\\\\c\\`d\\$e"\n'],
  ["a line end", "a\nb", undefined],
])("writes a value: %s", (_, value, text) => {
  expect(environmentText(new Map([["X", value]]))).toBe(text);
});
