import { describe, expect, it } from "vitest";
import {
  ownVariables,
  parseEnviron,
  parseEnvironmentText,
} from "../../../agent/parse/environment-file.ts";

describe("a file of variables", () => {
  it("is read where a shell and systemd make the same of it", () => {
    const text = `# settings\n\nA=1\nB="two words"  \nC='#3'\n  D=\nE=/x/y:z,w\n`;
    const read = parseEnvironmentText(text);
    expect([...read.values]).toEqual([
      ["A", "1"],
      ["B", "two words"],
      ["C", "#3"],
      ["D", ""],
      ["E", "/x/y:z,w"],
    ]);
    expect(read.shellOnly).toEqual([]);
  });

  it.each([
    ["export A=1"],
    ["A=$B"],
    ["A=`b`"],
    [`A="$B"`],
    ["A=1; B=2"],
    ["A=b c"],
    ["A=b # c"],
    ["A=b\\"],
    ["if true; then"],
    ["A='b"],
  ])("tells of %s, which only a shell reads so", (line) => {
    expect(parseEnvironmentText(`X=1\n${line}\n`)).toEqual({
      values: new Map([["X", "1"]]),
      shellOnly: [2],
    });
  });
});

describe("an environment", () => {
  it.each([
    [
      "of two variables",
      "A=1\0B=x=y\0",
      [
        ["A", "1"],
        ["B", "x=y"],
      ],
    ],
    ["with an empty value", "A=\0", [["A", ""]]],
    ["that a title was written over", "\0\0\0", undefined],
    ["that the rest of a title stands in", "r [run:app]\0", undefined],
  ])("%s is read", (_, text, pairs) => {
    const read = parseEnviron(text);
    expect(read && [...read]).toEqual(pairs);
  });

  it("is carried over without what belongs to systemd, shells and gunicorn", () => {
    const all = new Map<string, string | null>([
      ["HOME", "/root"],
      ["SSH_CLIENT", "x"],
      ["GUNICORN_PID", "1"],
      ["LISTEN_FDS", "1"],
      ["PATH", "/usr/bin:/bin:/usr/local/sbin"],
      ["DJANGO_SETTINGS_MODULE", "shop.settings"],
      ["GUNICORN_CMD_ARGS", "-w 4"],
      ["SECRET", null],
    ]);
    expect([...ownVariables(all).keys()]).toEqual([
      "DJANGO_SETTINGS_MODULE",
      "GUNICORN_CMD_ARGS",
      "SECRET",
    ]);
  });

  it.each([
    ["/venv/bin:/usr/bin", ["PATH"]],
    ["/usr/sbin:/usr/bin", []],
    [null, []],
  ])("keeps a PATH of %s where services have another", (path, kept) => {
    expect([...ownVariables(new Map([["PATH", path]])).keys()]).toEqual(kept);
  });
});
