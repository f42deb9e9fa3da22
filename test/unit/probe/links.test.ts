import { once } from "node:events";
import { statSync } from "node:fs";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles, type Files } from "../../../agent/probe/files.ts";
import { linksStillHold, readLinks } from "../../../agent/probe/links.ts";
import { procPaths } from "../../../agent/probe/paths.ts";
import { temporaryFolder } from "./fake-proc.ts";
import { looker, noSlices } from "./looker.ts";

const all = (): boolean => true;

function setUp() {
  const { proc, files, log } = looker();
  proc.put(10, {
    fds: { 0: "/dev/null", 3: "socket:[700]", 4: "pipe:[9]", 7: "socket:[701]", 8: "socket:[702]" },
  });
  return { proc, files, log };
}

describe("reading", () => {
  it("gives the descriptors of the sockets that are wanted", async () => {
    const { proc, files } = setUp();
    const wanted = (inode: number): boolean => inode !== 701;
    expect(await readLinks(10, wanted, proc.paths, files, noSlices)).toEqual({
      kind: "read",
      descriptorOf: new Map([
        [700, 3],
        [702, 8],
      ]),
    });
  });

  it("of a process that has left gives none", async () => {
    const { proc, files, log } = setUp();
    expect(await readLinks(99, all, proc.paths, files, noSlices)).toEqual({
      kind: "read",
      descriptorOf: new Map(),
    });
    expect(log.totals).toEqual({ gone: 1, denied: 0, malformed: 0, failed: 0 });
  });

  it.each([
    ["the folder must not be listed", "10/fd"],
    ["the links in it must not be read", "10/fd/7"],
  ])("is denied when %s", async (_, name) => {
    const { proc, files } = setUp();
    const barred = refusing(files, `${proc.root}/${name}`);
    expect(await readLinks(10, all, proc.paths, barred, noSlices)).toEqual({
      kind: "denied",
      why: "EACCES",
    });
  });

  it("passes over a descriptor that was closed meanwhile", async () => {
    const { proc, files } = setUp();
    const listing: Files = {
      ...files,
      names: () => ({ ok: true, value: ["3", "99"] }),
    };
    expect(await readLinks(10, all, proc.paths, listing, noSlices)).toEqual({
      kind: "read",
      descriptorOf: new Map([[700, 3]]),
    });
  });

  it("is never fine where the folder cannot be read for another reason", async () => {
    const { proc, files } = setUp();
    const broken: Files = {
      ...files,
      names: (path) => ({ ok: false, failure: { kind: "failed", what: path, why: "EMFILE" } }),
    };
    expect(await readLinks(10, all, proc.paths, broken, noSlices)).toEqual({
      kind: "denied",
      why: "EMFILE",
    });
  });

  it("sees a real listener of this very process", async () => {
    const path = `${temporaryFolder()}/app.sock`;
    const server = createServer().listen(path);
    await once(server, "listening");
    try {
      const files = createFiles(createFailureLog());
      const links = await readLinks(process.pid, all, procPaths("/proc"), files, noSlices);
      if (links.kind !== "read") throw new Error(links.why);
      const inodes = [...links.descriptorOf].flatMap(([inode, fd]) => {
        return statSync(`/proc/self/fd/${fd}`).isSocket() ? [inode] : [];
      });
      const listening = files.text("/proc/self/net/unix");
      const row = new RegExp(` 00010000 0001 01 +(\\d+) ${path}\n`);
      expect(inodes).toContain(Number(row.exec(listening.ok ? listening.value : "")?.[1]));
    } finally {
      server.close();
      await once(server, "close");
    }
  });
});

describe("links that were read", () => {
  it("hold while every descriptor leads to its socket", async () => {
    const { proc, files } = setUp();
    const links = await readLinks(10, all, proc.paths, files, noSlices);
    expect(linksStillHold(10, links, proc.paths, files)).toBe(true);
  });

  it.each([
    [
      "a descriptor is another socket now",
      { 3: "socket:[700]", 7: "socket:[999]", 8: "socket:[702]" },
    ],
    ["a descriptor is closed now", { 3: "socket:[700]", 8: "socket:[702]" }],
    ["a descriptor is a file now", { 3: "/dev/null", 7: "socket:[701]", 8: "socket:[702]" }],
  ])("do not when %s", async (_, fds) => {
    const { proc, files } = setUp();
    const links = await readLinks(10, all, proc.paths, files, noSlices);
    proc.put(10, { fds });
    expect(linksStillHold(10, links, proc.paths, files)).toBe(false);
  });

  it("are asked for again while they are denied", () => {
    const { proc, files } = setUp();
    expect(linksStillHold(10, { kind: "denied", why: "EACCES" }, proc.paths, files)).toBe(false);
  });
});

/** Files that may not be read at one path, as without rights. */
function refusing(files: Files, barred: string): Files {
  const denied = {
    ok: false,
    failure: { kind: "denied", what: barred, why: "EACCES" },
  } as const;
  return {
    ...files,
    names: (path) => (path === barred ? denied : files.names(path)),
    link: (path) => (path === barred ? denied : files.link(path)),
  };
}
