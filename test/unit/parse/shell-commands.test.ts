import { describe, expect, it } from "vitest";
import { shellCommands } from "../../../agent/parse/shell-commands.ts";
import { shellWords } from "../../../agent/parse/shell-words.ts";

const files: Readonly<Record<string, string>> = {
  "/etc/default/app": 'WORKERS=4\nOPTIONS="--timeout 30 --preload"\n',
  "/opt/app/ring": ". /opt/app/ring\ngunicorn ring",
};

function read(script: string) {
  return shellCommands(script, {
    path: "/etc/init.d/app",
    directory: "/",
    environment: new Map([["LANG", "C"]]),
    readFile: (path) => files[path],
  });
}

function wordsOf(script: string) {
  return read(script).commands.map(({ words }) => words);
}

describe("the commands of a shell script", () => {
  it.each<[string, string, (string | null)[][]]>([
    ["plain words", "gunicorn -w 4 run:app", [["gunicorn", "-w", "4", "run:app"]]],
    ["two in a line", "a; b & c && d | e", [["a"], ["b"], ["c"], ["d"], ["e"]]],
    ["words in quotes", `a 'x y' "p q" r\\ s`, [["a", "x y", "p q", "r s"]]],
    ["an empty word", `a "" b`, [["a", "", "b"]]],
    ["a line that goes on", "a \\\n  b", [["a", "b"]]],
    ["a remark", "# gunicorn\na # b\nc#d", [["a"], ["c#d"]]],
    ["a remark at the end", "a # b", [["a"]]],
    ["a variable", "root=/srv\ncd $root\na ${root}/x", [["a", "/srv/x"]]],
    ["a variable with more words", 'o="-w 4  -D"\na $o b', [["a", "-w", "4", "-D", "b"]]],
    ["such a one in quotes", 'o="-w 4"\na "$o"', [["a", "-w 4"]]],
    ["such a one amid a word", 'o="x y"\na p${o}q', [["a", "px", "yq"]]],
    ["an empty variable", 'o=""\na $o b', [["a", "b"]]],
    ["a default", "a ${X:-4} ${Y-5}", [["a", "4", "5"]]],
    ["a default of a variable that is set", "X=1\nY=\na ${X:-4} ${Y:-5}", [["a", "1", "5"]]],
    ["a variable that is not known", 'a $X p$X "q$X"', [["a", null, null, null]]],
    ["the output of a command", "a `b c` $(d $(e)) x$(f)", [["a", null, null, null]]],
    ["what the shell would change", "a ${X%.sh} ${#X}", [["a", null, null]]],
    ["what has no end", "a `b", [["a", null]]],
    ["a bracket without an end", "a $(b", [["a", null]]],
    ["a quote without an end", "a 'b", [["a", "b"]]],
    ["a double quote without an end", 'a "b', [["a", "b"]]],
    ["a dollar sign", 'a $ "$" x$', [["a", "$", "$", "x$"]]],
    ["backslashes in double quotes", 'a "\\"\\$\\x\\\n" ', [["a", '"$\\x']]],
    [
      "a command with a variable of its own",
      "X=1 a $X\nb $X",
      [
        ["a", null],
        ["b", null],
      ],
    ],
    ["an assignment that is not known", "X=$(a)\nb $X", [["b", null]]],
    ["a quoted assignment, which is none", "'X=1' a", [["X=1", "a"]]],
    ["words that stand before a command", "if ! exec nohup a; then b; fi", [["a"], ["b"], ["fi"]]],
    ["a program that is not known", "$X b", [[null, "b"]]],
    ["a function", "do_start() {\n  a b\n}", [["do_start"], ["a", "b"], ["}"]]],
    ["its own name", "a $0", [["a", "/etc/init.d/app"]]],
  ])("reads %s", (_, script, words) => {
    expect(wordsOf(script)).toEqual(words);
  });

  it.each<[string, string, (string | null)[]]>([
    ["--exec", "start-stop-daemon --start --exec /a/g -- -w 4", ["/a/g", "-w", "4"]],
    ["-x, without arguments", "start-stop-daemon -S -x /a/g", ["/a/g"]],
    ["--startas=", "/sbin/start-stop-daemon --startas=/a/g -- b", ["/a/g", "b"]],
    ["no program", "start-stop-daemon --stop", ["start-stop-daemon", "--stop"]],
    ["-a without a program", "start-stop-daemon -a", ["start-stop-daemon", "-a"]],
    ["another word that is not known", "start-stop-daemon $X -x b", ["b"]],
    ["a word that is not known", "start-stop-daemon -x $X -- b", [null, "b"]],
  ])("looks through start-stop-daemon with %s", (_, script, words) => {
    expect(wordsOf(script)).toEqual([words]);
  });

  it("follows cd, and loses its way where the folder is not known", () => {
    const script = "a\ncd /srv\nb\ncd app\nc\ncd $X\nd\ncd sub\ne";
    expect(read(script).commands.map(({ directory }) => directory)).toEqual([
      "/",
      "/srv",
      "/srv/app",
      undefined,
      "/sub",
    ]);
  });

  it("reads files in, and says which", () => {
    const { commands, sourced } = read("[ ! -r x ] || . /etc/default/app\na $WORKERS $OPTIONS");
    expect(commands.at(-1)?.words).toEqual(["a", "4", "--timeout", "30", "--preload"]);
    expect(sourced).toEqual(["/etc/default/app"]);
  });

  it.each([
    ["one that is not there", ". /nowhere\na"],
    ["one whose name is not known", ". $X\na"],
    ["none", ".\na"],
    ["one by a path from here", "cd /nowhere\nsource ./x\na"],
    ["one by a path from nowhere", "cd $X\n. x\na"],
  ])("goes on where a file to read in is %s", (_, script) => {
    expect(read(script)).toMatchObject({ sourced: [], commands: [{ words: ["a"] }] });
  });

  it("reads a file that reads itself in once", () => {
    expect(wordsOf(". /opt/app/ring")).toEqual([["gunicorn", "ring"]]);
  });

  it.each<[string, string, [string, string | null][]]>([
    ["what the script got", "a", [["LANG", "C"]]],
    [
      "what is exported",
      "X=1\nexport X\na",
      [
        ["LANG", "C"],
        ["X", "1"],
      ],
    ],
    [
      "what is exported as it is set",
      "export X=1 Y='2 3'\na",
      [
        ["LANG", "C"],
        ["X", "1"],
        ["Y", "2 3"],
      ],
    ],
    ["what was never set", "export X\na", [["LANG", "C"]]],
    ["a name that is not known", "export $X\na", [["LANG", "C"]]],
    [
      "all from set -a to set +a",
      "set -a\nX=1\nset +a\nY=2\na",
      [
        ["LANG", "C"],
        ["X", "1"],
      ],
    ],
    ["nothing by another option", "set -e\nset\nX=1\na", [["LANG", "C"]]],
    [
      "what stands before it",
      "X=1 a",
      [
        ["LANG", "C"],
        ["X", "1"],
      ],
    ],
    [
      "a value that is not known",
      "export X=$(b)\na",
      [
        ["LANG", "C"],
        ["X", null],
      ],
    ],
  ])("gives a command %s", (_, script, environment) => {
    expect([...(read(script).commands.at(-1)?.environment ?? [])]).toEqual(environment);
  });

  it("tells in which line a command begins", () => {
    const script = "a 'x\ny' b\n\n# z\n  c \\\n d\n\"p\nq\"";
    expect(read(script).commands.map(({ line }) => line)).toEqual([1, 5, 7]);
  });

  it("ends with a script that is endless", () => {
    expect(wordsOf("a b\n".repeat(10_100))).toHaveLength(10_000);
  });
});

describe("the words of one command", () => {
  it.each([
    ["nothing", "", []],
    ["options", "-w 4 --name 'a b'", ["-w", "4", "--name", "a b"]],
    ["what looks like an assignment", "X=1 Y", ["X=1", "Y"]],
    ["a second command", "a; b", undefined],
    ["a file to read in", "a; . /etc/default/app; b", undefined],
    ["what the shell would put in", "a $X", undefined],
  ])("reads %s", (_, text, words) => {
    expect(shellWords(text)).toEqual(words);
  });
});
