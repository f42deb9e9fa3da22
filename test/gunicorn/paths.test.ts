import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { check, status } from "../support/agent.ts";
import { subFolder, testFolder } from "../support/folder.ts";
import { startGunicorn } from "../support/gunicorn.ts";
import { requireReal } from "../support/require-real.ts";
import { expected, group, look, reduced, seen, socketOf } from "../support/seen.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

test("a relative and an absolute bind to the same path are one socket", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder, bind: "unix:app.sock" });
  const next = await startGunicorn({ folder, bind: `unix:${path}` });
  expect(await look(path)).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
});

test("a relative bind with dots in it leads to the same socket", async () => {
  const folder = testFolder();
  const sub = subFolder(folder, "sub");
  const old = await startGunicorn({ folder: sub, bind: "unix:./../app.sock" });
  const next = await startGunicorn({ folder, bind: "unix:app.sock" });
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
});

test("two directories with the same relative name are two sockets", async () => {
  const folder = testFolder();
  const [one, other] = [subFolder(folder, "one"), subFolder(folder, "other")];
  const first = await startGunicorn({ folder: one });
  const second = await startGunicorn({ folder: other });
  expect(await look(one.at("app.sock"))).toEqual(seen("one-master", [group("serving", first)]));
  expect(await look(other.at("app.sock"))).toEqual(seen("one-master", [group("serving", second)]));
});

test.for([
  ["blanks", "a b  c.sock"],
  ["a tab and a backslash", "a\tb\\n.sock"],
  ["a newline", "a\nb.sock"],
  ["letters beyond ASCII", "größe-日本.sock"],
  ["a leading @, which is no abstract name", "@app.sock"],
  ["the look of a row of the socket table", "a.sock\n0: 2 0 10000 1 1 7 b.sock"],
] as const)("a socket name with %s", async ([, name]) => {
  const folder = testFolder();
  const path = folder.at(name);
  const old = await startGunicorn({ folder, bind: `unix:${path}` });
  expect(await look(path)).toEqual(seen("one-master", [group("serving", old)]));
  const next = await startGunicorn({ folder, bind: `unix:${name}` });
  expect(await look(path)).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
  const { path: printed } = socketOf((await status([])).sockets, old.master);
  expect(printed).not.toMatch(/\p{Cc}/u);
});

test("a socket name with bytes that are no UTF-8", async () => {
  const folder = testFolder();
  // a command line in Node is UTF-8: the shell puts the byte in
  const inside = ["sh", "-c", 'exec "$@" -b "unix:$(printf "bad\\377.sock")"', "sh"];
  const name = Buffer.concat([Buffer.from(folder.at("bad")), Buffer.from("\xff.sock", "latin1")]);
  symlinkSync(name, folder.at("link"));
  const start = { folder, bind: null, inside, reach: () => folder.at("link") };
  const old = await startGunicorn(start);
  const before = socketOf((await status([])).sockets, old.master);
  expect(reduced(before)).toEqual(expected("one-master", [group("serving", old)]));
  expect(before.path).toMatch(/^[\x20-\x7e]+$/);

  const next = await startGunicorn(start);
  const after = socketOf((await status([])).sockets, old.master);
  expect(reduced(after)).toEqual(
    expected("duplicate", [group("serving", next), group("stale", old)]),
  );
});

test("a symbolic link to the directory: the same socket by both names", async () => {
  const folder = testFolder();
  const real = subFolder(folder, "real");
  symlinkSync(real.path, folder.at("link"));
  const names = [real.at("app.sock"), folder.at("link", "app.sock")] as const;
  const old = await startGunicorn({ folder: real, bind: `unix:${names[1]}` });
  const one = seen("one-master", [group("serving", old)]);
  expect([await look(names[0]), await look(names[1])]).toEqual([one, one]);
  const next = await startGunicorn({ folder: real, bind: `unix:${names[0]}` });
  const two = seen("duplicate", [group("serving", next), group("stale", old)]);
  expect([await look(names[0]), await look(names[1])]).toEqual([two, two]);
});

test("the same socket asked for by two names is reported once", async () => {
  const folder = testFolder();
  symlinkSync(folder.path, folder.at("link"));
  const only = await startGunicorn({ folder });
  const both = ["--socket", folder.at("app.sock"), "--socket", folder.at("link", "app.sock")];
  const { sockets } = await status(both);
  expect(sockets.map(reduced)).toEqual([expected("one-master", [group("serving", only)])]);
});

test("a renamed directory: its masters are found under its new name", async () => {
  const folder = testFolder();
  const sub = subFolder(folder, "before");
  const only = await startGunicorn({ folder: sub });
  renameSync(sub.path, folder.at("after"));
  expect(await look(folder.at("after", "app.sock"))).toEqual(
    seen("one-master", [group("serving", only)]),
  );
});

test("a socket file that was moved away and linked back serves again", async () => {
  const folder = testFolder();
  const [path, moved] = [folder.at("app.sock"), folder.at("moved.sock")];
  const only = await startGunicorn({ folder });
  renameSync(path, moved);
  expect(await look(path)).toEqual(
    seen("unreachable", [group("stranded", only)], { evidence: "none" }),
  );
  expect(await look(moved)).toEqual(seen("one-master", [group("serving", only)]));
  linkSync(moved, path);
  expect(await look(path)).toEqual(seen("one-master", [group("serving", only)]));
});

interface Obstacle {
  readonly what: string;
  readonly make: (path: string) => void;
  /** What the message has to say of it. */
  readonly clue: RegExp;
}

const obstacles: readonly Obstacle[] = [
  { what: "nothing", make: () => {}, clue: /does not exist|no such/i },
  {
    what: "a directory",
    make: (path) => {
      mkdirSync(path);
    },
    clue: /director/i,
  },
  {
    what: "a plain file",
    make: (path) => {
      writeFileSync(path, "x");
    },
    clue: /file/i,
  },
  {
    what: "a link to nowhere",
    make: (path) => {
      symlinkSync("nowhere", path);
    },
    clue: /does not exist|no such|link/i,
  },
];

test.for(obstacles.map((row) => [row.what, row] as const))(
  "%s where the socket should be: no master, said clearly",
  async ([, { make, clue }]) => {
    const path = testFolder().at("app.sock");
    make(path);
    expect(await look(path)).toEqual(seen("no-master", [], { evidence: "none" }));
    const { stdout, exitCode } = await check(["--socket", path]);
    expect(stdout).toContain(path);
    expect(stdout).toMatch(clue);
    expect(exitCode).toBe(2);
  },
);

test("a plain file in place of the socket strands its master", async () => {
  const folder = testFolder();
  const only = await startGunicorn({ folder });
  rmSync(folder.at("app.sock"));
  writeFileSync(folder.at("app.sock"), "x");
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("unreachable", [group("stranded", only)], { evidence: "none" }),
  );
});
