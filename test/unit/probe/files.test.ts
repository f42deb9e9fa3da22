import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles, pathBytes, rawPath } from "../../../agent/probe/files.ts";
import { temporaryFolder } from "./fake-proc.ts";

const none = { gone: 0, denied: 0, malformed: 0, failed: 0 };

function setUp() {
  const folder = temporaryFolder();
  const log = createFailureLog();
  return { folder, log, files: createFiles(log) };
}

describe("reading", () => {
  it.each([
    ["nothing", 0],
    ["a byte", 1],
    ["as much as the first buffer holds", 65_536],
    ["a byte more than that", 65_537],
    ["several buffers", 1_500_000],
  ])("gives %s whole", (_, size) => {
    const { folder, files, log } = setUp();
    const content = Buffer.alloc(size, "0123456789abcdef\xff\n", "latin1");
    writeFileSync(`${folder}/file`, content);
    const read = files.bytes(`${folder}/file`);
    expect(read.ok && Buffer.compare(read.value, content)).toBe(0);
    expect(log.totals).toEqual(none);
  });

  it("gives a small file alone after a large one", () => {
    const { folder, files } = setUp();
    writeFileSync(`${folder}/large`, "x".repeat(300_000));
    writeFileSync(`${folder}/small`, "tail");
    files.bytes(`${folder}/large`);
    expect(files.text(`${folder}/small`)).toEqual({ ok: true, value: "tail" });
  });

  it("gives every byte as one character", () => {
    const { folder, files } = setUp();
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    writeFileSync(`${folder}/file`, all);
    expect(files.text(`${folder}/file`)).toEqual({ ok: true, value: all.toString("latin1") });
  });

  it("stops at 64 MiB of a file without an end, and says so", () => {
    const { files, log } = setUp();
    expect(files.bytes("/dev/zero")).toEqual({
      ok: false,
      failure: { kind: "failed", what: "/dev/zero", why: "EFBIG" },
    });
    expect(log.totals).toEqual({ ...none, failed: 1 });
  });
});

describe("paths of any bytes", () => {
  it.each([
    ["ASCII", "plain.sock"],
    ["a blank, a tab and a newline", "a b\tc\nd"],
    ["UTF-8", Buffer.from("ü–𝄞").toString("latin1")],
    ["bytes that are no UTF-8", "\xff\xfe\x80.sock"],
  ])("reads, lists, follows and looks at a name of %s", (_, name) => {
    const { folder, files, log } = setUp();
    const path = `${folder}/${name}`;
    writeFileSync(rawPath(path), "here");
    symlinkSync(Buffer.from(name, "latin1"), `${folder}/link`);
    const stat = files.stat(path);
    expect({
      text: files.text(path),
      names: files.names(folder),
      link: files.link(`${folder}/link`),
      isFile: stat.ok && stat.value.isFile(),
      totals: log.totals,
    }).toEqual({
      text: { ok: true, value: "here" },
      names: { ok: true, value: expect.arrayContaining([name, "link"]) },
      link: { ok: true, value: name },
      isFile: true,
      totals: none,
    });
  });

  it("turns a path as people write it into bytes", () => {
    expect(pathBytes("/srv/é/\u{1d11e}.sock")).toBe("/srv/\xc3\xa9/\xf0\x9d\x84\x9e.sock");
  });
});

describe("failures are typed and counted", () => {
  it.each([
    ["a missing file is gone", "missing", "gone", "ENOENT"],
    ["a file taken for a folder is gone", "file/below", "gone", "ENOTDIR"],
    ["a link that leads to itself has failed", "loop", "failed", "ELOOP"],
    ["a folder taken for a file has failed", "folder", "failed", "EISDIR"],
    ["a name with a NUL has failed", "a\0b", "failed", "ERR_INVALID_ARG_VALUE"],
  ] as const)("%s", (_, name, kind, why) => {
    const { folder, files, log } = setUp();
    writeFileSync(`${folder}/file`, "");
    mkdirSync(`${folder}/folder`);
    symlinkSync("loop", `${folder}/loop`);
    const what = `${folder}/${name}`;
    expect(files.bytes(what)).toEqual({ ok: false, failure: { kind, what, why } });
    expect(log.totals).toEqual({ ...none, [kind]: 1 });
  });

  it("counts what a parser makes nothing of as malformed, with its first characters", () => {
    const { folder, files, log } = setUp();
    const what = `${folder}/file`;
    writeFileSync(what, `odd\n${"x".repeat(200)}`);
    expect(files.parsed(what, () => undefined)).toEqual({
      ok: false,
      failure: { kind: "malformed", what, why: JSON.stringify(`odd\n${"x".repeat(76)}`) },
    });
    expect(log.totals).toEqual({ ...none, malformed: 1 });
  });

  it("does not let a parser run on a file that is not there", () => {
    const { folder, files, log } = setUp();
    const read = files.parsed(`${folder}/missing`, () => {
      throw new Error("ran");
    });
    expect(read.ok).toBe(false);
    expect(log.totals).toEqual({ ...none, gone: 1 });
  });
});

describe("a file that a stranger may have put there", () => {
  it("is read up to the limit and no further", () => {
    const { folder, files, log } = setUp();
    writeFileSync(`${folder}/file`, `12345${"x".repeat(10_000)}`);
    expect(files.regular(`${folder}/file`, 6)).toEqual({ ok: true, value: "12345x" });
    expect(log.totals).toEqual(none);
  });

  it("is read through a symbolic link", () => {
    const { folder, files } = setUp();
    writeFileSync(`${folder}/file`, "12\n");
    symlinkSync("file", `${folder}/link`);
    expect(files.regular(`${folder}/link`, 100)).toEqual({ ok: true, value: "12\n" });
  });

  it.each([
    ["a device", "/dev/zero"],
    ["a folder", "/dev"],
  ])("is not opened when it is %s", (_, path) => {
    const { files, log } = setUp();
    expect(files.regular(path, 100)).toEqual({
      ok: false,
      failure: { kind: "failed", what: path, why: "not a regular file" },
    });
    expect(log.totals).toEqual({ ...none, failed: 1 });
  });

  it("is gone when it is missing", () => {
    const { folder, files, log } = setUp();
    const what = `${folder}/missing`;
    expect(files.regular(what, 100)).toEqual({
      ok: false,
      failure: { kind: "gone", what, why: "ENOENT" },
    });
    expect(log.totals).toEqual({ ...none, gone: 1 });
  });
});

it("leaves no descriptor open, whether reads go well or not", () => {
  const { folder, files } = setUp();
  writeFileSync(`${folder}/file`, "x");
  const before = readdirSync("/proc/self/fd").length;
  for (let turn = 0; turn < 200; turn += 1) {
    files.bytes(`${folder}/file`);
    files.bytes(folder);
    files.bytes(`${folder}/missing`);
    files.regular(`${folder}/file`, 10);
    files.regular(folder, 10);
    files.regular(`${folder}/missing`, 10);
    files.parsed(`${folder}/file`, () => undefined);
  }
  expect(readdirSync("/proc/self/fd")).toHaveLength(before);
});
