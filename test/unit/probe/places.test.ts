import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles, rawPath } from "../../../agent/probe/files.ts";
import { basenameOf, createPlaces, type Resolved } from "../../../agent/probe/places.ts";
import { fakeProc, temporaryFolder } from "./fake-proc.ts";
import { keyOf, listen, placeOf } from "./place-helpers.ts";

function setUp() {
  const folder = temporaryFolder();
  const proc = fakeProc();
  const log = createFailureLog();
  const places = createPlaces(proc.paths, createFiles(log));
  return {
    folder,
    proc,
    log,
    places,
    /** What a process whose working directory is `cwd` means by a name. */
    boundIn(cwd: string, name: string, pid = 10): Resolved {
      proc.put(pid, { cwd });
      return places.boundBy(pid, name);
    },
  };
}

const absent = { kind: "absent" } as const;

describe("one directory, many names", () => {
  it("a relative and an absolute name lead to the same place", () => {
    const { folder, boundIn, places } = setUp();
    const place = {
      key: keyOf(folder, "app.sock"),
      path: `${folder}/app.sock`,
      reachablePath: `${folder}/app.sock`,
      state: absent,
    };
    expect(boundIn(folder, "app.sock")).toEqual({ kind: "place", place });
    expect(boundIn("/", `${folder}/app.sock`)).toEqual({ kind: "place", place });
    expect(places.ofPath(`${folder}/app.sock`)).toEqual(place);
  });

  it.each([["./app.sock"], ["sub/../app.sock"], [".//./app.sock"]])("%s is app.sock", (name) => {
    const { folder, boundIn } = setUp();
    mkdirSync(`${folder}/sub`);
    expect(placeOf(boundIn(folder, name))).toEqual({
      key: keyOf(folder, "app.sock"),
      path: `${folder}/app.sock`,
      reachablePath: `${folder}/app.sock`,
      state: absent,
    });
  });

  it("a symlinked directory and the real one have one key, and the real one is shown", () => {
    const { folder, boundIn, places } = setUp();
    mkdirSync(`${folder}/real`);
    symlinkSync("real", `${folder}/link`);
    const key = keyOf(`${folder}/real`, "app.sock");
    expect(placeOf(boundIn("/", `${folder}/link/app.sock`))).toMatchObject({
      key,
      path: `${folder}/real/app.sock`,
    });
    expect(placeOf(boundIn(folder, "link/app.sock"))).toMatchObject({
      key,
      path: `${folder}/real/app.sock`,
    });
    // asked for by a person: shown as asked
    expect(places.ofPath(`${folder}/link/app.sock`)).toMatchObject({
      key,
      path: `${folder}/link/app.sock`,
    });
  });

  it("one name in two directories is two places", () => {
    const { folder, boundIn } = setUp();
    mkdirSync(`${folder}/one`);
    mkdirSync(`${folder}/other`);
    const one = placeOf(boundIn(`${folder}/one`, "app.sock"));
    const other = placeOf(boundIn(`${folder}/other`, "app.sock", 11));
    expect([one.key, other.key]).toEqual([
      keyOf(`${folder}/one`, "app.sock"),
      keyOf(`${folder}/other`, "app.sock"),
    ]);
    expect(one.key).not.toBe(other.key);
  });

  it("a name of any bytes keeps them, and is shown escaped", () => {
    const { folder, boundIn, places } = setUp();
    const name = "a b\n\xff\xc3\xa9.sock";
    const place = {
      key: keyOf(folder, name),
      path: `${folder}/a b\\n\\xff\u00e9.sock`,
      reachablePath: `${folder}/${name}`,
      state: absent,
    };
    expect(placeOf(boundIn(folder, name))).toEqual(place);
    expect(places.ofPath(`${folder}/${name}`)).toEqual(place);
  });

  it("a directory whose name looks like that of a removed one is found", () => {
    const { folder, boundIn } = setUp();
    mkdirSync(`${folder}/release (deleted)`);
    expect(placeOf(boundIn(`${folder}/release (deleted)`, "app.sock"))).toMatchObject({
      key: keyOf(`${folder}/release (deleted)`, "app.sock"),
      path: `${folder}/release (deleted)/app.sock`,
    });
  });

  it("a directory of any bytes is found", () => {
    const { folder, boundIn } = setUp();
    const directory = `${folder}/\xff\xfe`;
    mkdirSync(rawPath(directory));
    const place = placeOf(boundIn("/", `${directory}/app.sock`));
    expect(place).toMatchObject({
      key: keyOf(directory, "app.sock"),
      path: `${folder}/\\xff\\xfe/app.sock`,
      reachablePath: `${directory}/app.sock`,
    });
  });
});

describe("what stands there", () => {
  it("a socket, with its file", async () => {
    const { folder, places, boundIn } = setUp();
    const path = `${folder}/app.sock`;
    await listen(path);
    const { dev, ino, mode, uid, gid } = statSync(path);
    const state = {
      kind: "socket",
      file: {
        device: dev,
        inode: ino,
        mode: (mode & 0o7777).toString(8).padStart(4, "0"),
        uid,
        gid,
        mountDevice: { major: 254, minor: 0 },
      },
    };
    expect(places.ofPath(path).state).toEqual(state);
    expect(placeOf(boundIn(folder, "app.sock")).state).toEqual(state);
  });

  it("a socket whose mount cannot be found out", async () => {
    const { folder, proc, places } = setUp();
    rmSync(`${proc.root}/self/mountinfo`);
    await listen(`${folder}/app.sock`);
    expect(places.ofPath(`${folder}/app.sock`).state).toMatchObject({
      kind: "socket",
      file: { mountDevice: undefined },
    });
  });

  it.each([
    ["nothing", "missing", absent],
    ["a directory", "folder", { kind: "not-a-socket", what: "a directory" }],
    ["a file", "file", { kind: "not-a-socket", what: "a regular file" }],
    ["a link to itself", "loop", { kind: "unreadable", why: "ELOOP" }],
    ["a dangling link", "dangling", absent],
    ["something below a file", "file/app.sock", absent],
    ["something below a link to itself", "loop/app.sock", { kind: "unreadable", why: "ELOOP" }],
    ["a name too long for any file", "x".repeat(300), { kind: "unreadable", why: "ENAMETOOLONG" }],
  ])("%s", (_, name, state) => {
    const { folder, places } = setUp();
    mkdirSync(`${folder}/folder`);
    writeFileSync(`${folder}/file`, "");
    symlinkSync("loop", `${folder}/loop`);
    symlinkSync("nowhere", `${folder}/dangling`);
    expect(places.ofPath(`${folder}/${name}`).state).toEqual(state);
  });

  it("a device", () => {
    expect(setUp().places.ofPath("/dev/null").state).toEqual({
      kind: "not-a-socket",
      what: "a device",
    });
  });

  it("nothing in a directory that does not exist, at a place all the same", () => {
    const { folder, places } = setUp();
    const path = `${folder}/missing/app.sock`;
    const lost = { key: `lost:${path}`, path, reachablePath: path, state: absent };
    expect(places.ofPath(path)).toEqual(lost);
    mkdirSync(`${folder}/missing`);
    expect(places.ofPath(path)).toEqual({ ...lost, key: keyOf(`${folder}/missing`, "app.sock") });
  });
});

describe("processes that leave", () => {
  it("lead nowhere", () => {
    const { places } = setUp();
    expect(places.boundBy(99, "app.sock")).toEqual({ kind: "gone" });
    expect(places.boundBy(99, "/run/app.sock")).toEqual({ kind: "gone" });
  });

  it("leave a directory that was there a moment ago", () => {
    const { folder, proc, places, boundIn } = setUp();
    expect(boundIn(`${folder}/away`, "app.sock").kind).toBe("place");
    rmSync(`${proc.root}/10/stat`);
    expect(places.boundBy(10, "app.sock")).toEqual({ kind: "gone" });
  });

  it("is not what a working directory that cannot be looked at means", () => {
    const { folder, boundIn } = setUp();
    symlinkSync("loop", `${folder}/loop`);
    expect(boundIn(`${folder}/loop`, "app.sock")).toMatchObject({
      kind: "unseen",
      failure: { kind: "failed", why: "ELOOP" },
    });
  });
});

it.each([
  ["/run/app.sock", "app.sock"],
  ["app.sock", "app.sock"],
  ["./a/b", "b"],
  ["@name", "@name"],
  ["/run/", ""],
])("the last component of %s is %s", (path, name) => {
  expect(basenameOf(path)).toBe(name);
});
