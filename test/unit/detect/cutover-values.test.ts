import { describe, expect, it } from "vitest";
import { chooseValues } from "../../../agent/detect/cutover-values.ts";
import type { CutoverLook } from "../../../agent/model/cutover-facts.ts";
import type { CutoverFlags } from "../../../agent/model/cutover-flags.ts";
import type { SocketReport } from "../../../agent/model/report.ts";
import { duplicate, noMaster } from "../cli/reports.ts";
import { flags, folder, launch, line, look, master, scripts } from "./cutover-build.ts";

function values(
  seen: Partial<CutoverLook> = {},
  typed: Partial<CutoverFlags> = {},
  socket: SocketReport = duplicate,
) {
  return chooseValues(look(seen), flags(typed), socket);
}

function said(change: Parameters<typeof launch>[0]): Partial<CutoverLook> {
  return { scripts: scripts({ launches: [launch(change)] }) };
}

const nothing = { master: undefined, scripts: scripts({ launches: [] }), programs: [] } as const;
const source = `${folder}/bootstrap_gunicorn.py line 7`;

type Name = "program" | "app" | "chdir" | "user" | "group" | "workers" | "umask" | "arguments";

describe("the values of the new service", () => {
  it.each<[Name, string, Partial<CutoverLook>, Partial<CutoverFlags>, unknown, string]>([
    ["program", "a flag", {}, { program: "/x/gunicorn" }, "/x/gunicorn", "--program"],
    ["program", "its path", said({ program: "/v/gunicorn" }), {}, "/v/gunicorn", source],
    [
      "program",
      "a path from a folder",
      said({ program: "./v/gunicorn" }),
      {},
      `${folder}/v/gunicorn`,
      source,
    ],
    [
      "program",
      "its name",
      { programs: ["/a/gunicorn3", "/b/gunicorn"] },
      {},
      "/b/gunicorn",
      "where gunicorn leads to in the PATH",
    ],
    [
      "program",
      "another name",
      { programs: ["/a/gunicorn3"] },
      {},
      "/a/gunicorn3",
      "there is no gunicorn, this one is installed",
    ],
    [
      "program",
      "what is installed",
      { ...nothing, programs: ["/a/gunicorn"] },
      {},
      "/a/gunicorn",
      "where gunicorn leads to in the PATH",
    ],
    [
      "program",
      "a path from nowhere",
      said({ program: "v/gunicorn", directory: undefined }),
      {},
      "/usr/bin/gunicorn",
      "there is no v/gunicorn, this one is installed",
    ],
    ["app", "a flag", {}, { app: "a:b" }, "a:b", "--app"],
    ["app", "the launcher", {}, {}, "run:app", source],
    ["app", "--arguments", { typed: line({ app: "c:d" }) }, {}, "c:d", "--arguments"],
    [
      "app",
      "a title of its own",
      {
        ...said({ line: line({ kept: ["--name", "x"], app: "e:f" }) }),
        master: master({ title: "x" }),
      },
      {},
      "e:f",
      source,
    ],
    [
      "app",
      "no title",
      { master: master({ title: undefined }), ...said({ line: line({ app: "e:f" }) }) },
      {},
      "e:f",
      source,
    ],
    ["arguments", "the launcher", {}, {}, `--log-file ${folder}/logs/error.log`, source],
    [
      "arguments",
      "--arguments",
      { typed: line({ kept: ["-k", "a b"] }) },
      {},
      "-k 'a b'",
      "--arguments",
    ],
    [
      "arguments",
      "its own command line",
      { ownLaunch: launch({ kind: "process", source: "own" }) },
      {},
      `--log-file ${folder}/logs/error.log`,
      "own",
    ],
    ["chdir", "a flag", {}, { chdir: "/x" }, "/x", "--chdir"],
    ["chdir", "the master", {}, {}, folder, "working directory of master 68"],
    [
      "chdir",
      "--chdir",
      { ...said({ line: line({ chdir: "sub" }) }), master: undefined },
      {},
      `${folder}/sub`,
      source,
    ],
    [
      "chdir",
      "where it is started",
      { ...said({ line: line({ chdir: undefined }) }), master: undefined },
      {},
      folder,
      source,
    ],
    ["user", "a flag", {}, { user: "shop" }, "shop", "--user"],
    ["user", "its workers", {}, {}, "33", "workers of master 68"],
    ["user", "its options", { master: undefined }, {}, "www-data", source],
    ["group", "a flag", {}, { group: "shop" }, "shop", "--group"],
    ["group", "its workers", {}, {}, "33", "workers of master 68"],
    [
      "group",
      "--arguments",
      { master: master({ account: undefined }), typed: line({ group: "g" }) },
      {},
      "g",
      "--arguments",
    ],
    ["workers", "a flag", {}, { workers: 8 }, 8, "--workers"],
    ["workers", "its options", {}, {}, 4, source],
    [
      "workers",
      "what runs",
      said({ line: line({ workers: undefined }) }),
      {},
      4,
      "as many as run now",
    ],
    ["umask", "a flag", {}, { umask: 0o27 }, 0o27, "--umask"],
    ["umask", "its options", {}, {}, 7, source],
    [
      "umask",
      "the socket file",
      said({ line: line({ umask: undefined }) }),
      {},
      7,
      `mode of ${duplicate.path}`,
    ],
  ])("%s is from %s", (name, _, seen, typed, value, from) => {
    expect(values(seen, typed)[name]).toEqual({ value, source: from });
  });

  it("asks for all that nothing tells, with what it would guess", () => {
    const { questions, line: own } = values(nothing, {}, noMaster);
    expect(questions.map(({ flag, guess }) => `${flag} ${guess}`)).toEqual([
      "--program /usr/bin/gunicorn",
      "--app null",
      "--arguments null",
      `--chdir ${folder}`,
      "--user null",
      "--group null",
      "--workers null",
      "--umask 007",
    ]);
    expect(own).toMatchObject({ kept: [], daemon: false });
  });

  it("guesses by the owner of the socket file", () => {
    const { questions } = values({ ...nothing, master: master({ account: undefined }) });
    const guesses = questions.map(({ flag, guess }) => `${flag} ${guess}`);
    expect(guesses).toContain("--user www-data");
    expect(guesses).toContain("--app run:app");
  });

  it.each<[string, Partial<CutoverLook>, string, string]>([
    [
      "words that are not known",
      said({ isWhole: false }),
      "--arguments",
      "only running it would tell",
    ],
    [
      "options that are not known",
      said({ line: line({ unknown: ["--new"] }) }),
      "--arguments",
      "has --new, and whether",
    ],
    [
      "another application in the title",
      { master: master({ title: "x:y" }) },
      "--app",
      "what runs says that it is x:y",
    ],
    [
      "no application",
      said({ line: line({ app: undefined }) }),
      "--app",
      "a title may bear another name",
    ],
  ])("asks where there are %s", (_, seen, flag, why) => {
    expect(values(seen).questions).toMatchObject([{ flag, why: expect.stringContaining(why) }]);
  });

  it.each<[string, Partial<CutoverLook>, Partial<CutoverFlags>, string]>([
    ["workers", { master: master({ workers: 3 }) }, {}, `3 workers run now, and 4 will: ${source}`],
    ["mode", {}, { umask: 0 }, `${duplicate.path} has mode 0770 now, and will have 0777: --umask`],
  ])("says what becomes of another number of %s", (_, seen, typed, note) => {
    expect(values(seen, typed).notes).toEqual([note]);
  });

  it("takes from the launch what --arguments leave open", () => {
    const typed = line({
      binds: [],
      workers: undefined,
      kept: ["-k", "gevent"],
      pidfile: undefined,
    });
    const seen = { ...said({ line: line({ workers: 6 }) }), typed };
    expect(values(seen).line).toMatchObject({
      kept: ["-k", "gevent"],
      binds: ["unix:sampleplatform.sock"],
      workers: 6,
      pidfile: "gunicorn.pid",
    });
    expect(values({ typed: line({ binds: [":80"], workers: 2 }) }).line).toMatchObject({
      binds: [":80"],
      workers: 2,
    });
  });
});
