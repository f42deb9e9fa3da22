import { describe, expect, it } from "vitest";
import { pythonCommands } from "../../../agent/parse/python-commands.ts";
import { pythonTokens } from "../../../agent/parse/python-tokens.ts";

function read(program: string, directory: string | undefined = "/srv") {
  return pythonCommands(program, {
    path: "/srv/app/start.py",
    directory,
    environment: new Map([
      ["WORKERS", "8"],
      ["OPTIONS", "--timeout 30"],
      ["QUOTED", "--name 'a b'"],
      ["UNKNOWN", null],
    ]),
    readFile: () => undefined,
  });
}

function wordsOf(program: string, directory?: string) {
  return read(program, directory).commands.map(({ words }) => words);
}

const upstream = `"""Starts gunicorn."""
import subprocess
from os import path

current_dir = path.dirname(path.abspath(__file__))

# Arguments
args = [
    "gunicorn", "-w", "4", "--daemon",  # in the background
    "--chdir={0}".format(current_dir),
    "--log-file", "{0}/logs/error.log".format(current_dir), "run:app"
]

subprocess.Popen(args)
`;

describe("what a Python program starts", () => {
  it("reads a list in a variable, with its line", () => {
    expect(read(upstream).commands).toMatchObject([
      {
        words: [
          "gunicorn",
          "-w",
          "4",
          "--daemon",
          "--chdir=/srv/app",
          "--log-file",
          "/srv/app/logs/error.log",
          "run:app",
        ],
        line: 14,
        directory: "/srv",
      },
    ]);
  });

  it.each<[string, string, (string | null)[][]]>([
    ["a list", `run(["a", 'b'])`, [["a", "b"]]],
    ["a tuple", `call(("a", "b"))`, [["a", "b"]]],
    ["a list with other arguments", `Popen(["a"], cwd="/", shell=False)`, [["a"]]],
    ["a line for a shell", `os.system("a -w 4; b")`, [["a", "-w", "4"], ["b"]]],
    ["a line that is split", `check_call("a b".split())`, [["a", "b"]]],
    ["a text cut otherwise", `run("a,b".split(","))`, []],
    ["execvp", `os.execvp("a", ["a", "b"])`, [["a", "b"]]],
    ["execlp", `os.execlp("a", "a", "b")`, [["a", "b"]]],
    ["spawnv", `os.spawnv(os.P_NOWAIT, "/a", ["a", "b"])`, [["a", "b"]]],
    ["spawnl", `os.spawnl(os.P_NOWAIT, "/a", "a", "b")`, [["a", "b"]]],
    ["nothing that is known", `run(words)`, []],
    ["no arguments", `run()`, []],
    ["a name that only looks so", `run = 1\nx.run\n`, []],
    ["two lists in one", `run(["a"] + ["b"])`, [["a", "b"]]],
    ["a list of which a part is not known", `run(["a"] + more)`, [["a", null]]],
    ["what is not known and a list", `run(more + ["a"])`, []],
    ["a spread list", `x = ["b", "c"]\nrun(["a", *x])`, [["a", "b", "c"]]],
    ["a spread of what is not known", `run(["a", *more])`, [["a", null]]],
    ["strings side by side", `run(["a" "b" 'c'])`, [["abc"]]],
    ["a sum of texts", `d = "/x"\nrun([d + "/y", "z"])`, [["/x/y", "z"]]],
    ["a number", `run(["a", 4])`, [["a", null]]],
    ["a bare text and a number", `run(["a", "b" % 4])`, [["a", null]]],
    ["an operator before brackets", `run(["a", x if (y, [z]) else w, "b"])`, [["a", null, "b"]]],
    ["brackets that never close", `run(["a", x((`, [["a", null]]],
    ["a dictionary amid words", `run(["a", {"x": [1, 2]}, "b"])`, [["a", null, "b"]]],
    ["a comprehension", `run([x for x in y])`, [[null]]],
    ["a function of its own", `run(["a", lambda: x, "b"])`, [["a", null, null, null, "b"]]],
    ["brackets around a text", `run([("a"), "b"])`, [["a", "b"]]],
    ["an empty list", `run([])`, [[]]],
    ["an assignment of its own", `a = b = "x"\nrun([b])`, [[null]]],
    ["a comparison, which is no assignment", `a = "x"\na == "y"\nrun([a])`, [["x"]]],
    ["an assignment over several lines", `a = (\n  "x"\n  "y"\n)\nrun([a])`, [["xy"]]],
    ["a line that goes on", `a = \\\n  "x"\nrun([a])`, [["x"]]],
  ])("reads %s", (_, program, words) => {
    expect(wordsOf(program)).toEqual(words);
  });

  it.each<[string, string, string | null]>([
    ["its own path", "__file__", "/srv/app/start.py"],
    ["its folder", "os.path.dirname(os.path.realpath(__file__))", "/srv/app"],
    ["the root's folder", `dirname("/x")`, "/"],
    ["a path made absolute", `abspath("x/./y")`, "/srv/x/y"],
    ["joined paths", `os.path.join(dirname(__file__), "logs", "x.log")`, "/srv/app/logs/x.log"],
    ["an absolute one joined", `os.path.join("/a", "/b")`, "/b"],
    ["what is joined and not known", `os.path.join("/a", b)`, null],
    ["pathlib", `str(Path(__file__).resolve().parent)`, "/srv/app"],
    ["pathlib in a variable", `Path(__file__).absolute().as_posix()`, "/srv/app/start.py"],
    ["the working directory", "os.getcwd()", "/srv"],
    ["a variable of the environment", `os.environ["WORKERS"]`, "8"],
    ["such a one with a default", `os.environ.get("WORKERS", "4")`, "8"],
    ["the default", `os.getenv("NONE", "4")`, "4"],
    ["none of the two", `os.environ.get("NONE")`, null],
    ["one that is not known", `os.environ.get("UNKNOWN", "4")`, null],
    ["one whose name is not known", `os.environ[x]`, null],
    ["a formatted text", `f"{os.getcwd()}/x"`, "/srv/x"],
    ["a formatted text of what is not known", `f"{x}/x"`, null],
    ["a formatted text with braces of its own", `f"{{x}}"`, null],
    ["format by place", `"{1}-{0}".format("a", "b")`, "b-a"],
    ["format in order", `"{}-{}".format("a", "b")`, "a-b"],
    ["format by name", `"{a}".format(a="x")`, null],
    ["format of what is not known", `"{}".format(a)`, null],
    ["a method that is not known", `"a".upper()`, null],
    ["a method of what is not known", `[].upper()`, null],
    ["a function that is not known", `which("gunicorn")`, null],
    [
      "an escaped text",
      String.raw`"a\"b\\c\nd\qe\
f"`,
      'a"b\\c\nd\\qef',
    ],
    ["a raw text", String.raw`r"a\"b"`, String.raw`a\"b`],
    ["a long text", `"""a "b"\nc"""`, 'a "b"\nc'],
  ])("works out %s", (_, expression, text) => {
    expect(wordsOf(`run([${expression}])`)).toEqual([[text]]);
  });

  it.each<[string, string, (string | null)[]]>([
    [
      "words of the environment",
      `*shlex.split(os.environ.get("OPTIONS", ""))`,
      ["--timeout", "30"],
    ],
    ["no words", `*shlex.split("")`, []],
    ["quoted words, which only a shell could tell", `*shlex.split(os.environ["QUOTED"])`, [null]],
    ["a method of a variable", `x.format("a")`, ["-a"]],
    ["a method of a part of a variable", `x.y.format("a")`, [null]],
  ])("puts in %s", (_, expression, words) => {
    expect(wordsOf(`x = "-{}"\nrun([${expression}])`)).toEqual([words]);
  });

  it("knows no path from a folder that is not known", () => {
    const program = `run([os.getcwd(), abspath("x"), abspath("/x")])`;
    const reading = pythonCommands(program, {
      path: "/a.py",
      directory: undefined,
      environment: new Map(),
      readFile: () => undefined,
    });
    expect(reading.commands.map(({ words }) => words)).toEqual([[null, null, "/x"]]);
  });

  it.each([
    ["sets a variable", `os.environ["X"] = "1"`, true],
    ["sets several", `os.environ.update(x)`, true],
    ["sets one by putenv", `os.putenv("X", "1")`, true],
    ["gives it one", `Popen(x, env=e)`, true],
    ["reads one", `a = os.environ["X"]`, false],
    ["compares one", `os.environ["X"] == "1"`, false],
  ])("tells whether it %s", (_, program, own) => {
    expect(read(program).ownEnvironment).toBe(own);
  });
});

describe("the tokens of a Python program", () => {
  it.each([
    ["stops at a text without an end", `a = "b\nc`, ["a", "="]],
    ["stops at a long text without an end", `a '''b`, ["a"]],
    ["reads numbers and signs", "x2 = 1.5e3 ** (a)", ["x2", "=", "1.5e3", "*", "*", "(", "a", ")"]],
    ["passes closing brackets over that open nowhere", ")\nx", [")", "", "x"]],
  ])("%s", (_, program, texts) => {
    expect(pythonTokens(program).map(({ text }) => text)).toEqual(texts);
  });

  it("counts lines through brackets, texts and remarks", () => {
    const program = `a # x\n(\n\n"""y\nz""" b)\nc`;
    const lines = pythonTokens(program).map(({ text, line }) => `${text} ${line}`);
    expect(lines).toEqual(["a 1", " 1", "( 2", "y\nz 4", "b 5", ") 5", " 5", "c 6"]);
  });
});
