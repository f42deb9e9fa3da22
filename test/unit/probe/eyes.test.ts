import { statSync, symlinkSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEyes } from "../../../agent/probe/eyes.ts";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { hostAnonymousBytes, socketsOf } from "../../support/process.ts";
import { realEyes, startPython } from "./eyes-helpers.ts";
import { fakeProc, temporaryFolder } from "./fake-proc.ts";

/** No process of this host can have it. */
const PID = 5_000_001;

describe("sockets", () => {
  it("of a process are those that it holds", async () => {
    const { eyes } = realEyes();
    const path = `${temporaryFolder()}/app.sock`;
    const { pid, line } = await startPython(`
import os, socket, time
held = socket.socket(socket.AF_UNIX)
held.bind(${JSON.stringify(path)})
held.listen(1)
os.dup(held.fileno())
print(os.fstat(held.fileno()).st_ino)
time.sleep(100)`);
    expect(eyes.sockets(pid)).toContain(Number(line));
    expect(eyes.sockets(pid)).toEqual([...new Set(socketsOf(pid))]);
  });

  it("of none are none", () => {
    const proc = fakeProc();
    proc.put(PID, { fds: { 0: "/dev/null", 1: "pipe:[7]" } });
    const eyes = createEyes({ procRoot: proc.root, log: createFailureLog() });
    expect(eyes.sockets(PID)).toEqual([]);
  });

  it("that must not be seen are not none", () => {
    const proc = fakeProc();
    proc.put(PID);
    // a plain file where a link should be: EINVAL, which is no departure
    proc.write(`${PID}/fd/3`, "");
    const log = createFailureLog();
    expect(createEyes({ procRoot: proc.root, log }).sockets(PID)).toBeUndefined();
    expect(log.totals.failed).toBe(1);
  });
});

describe("what comes back", () => {
  it("is what a process alone holds", async () => {
    const { eyes } = realEyes();
    const { pid } = await startPython(
      "import time; held = bytearray(b'x') * 50_000_000; print(1); time.sleep(100)",
    );
    const bytes = await eyes.reclaimable([pid]);
    expect(bytes).toBeGreaterThan(50e6);
    expect(bytes).toBeLessThan(70e6);
    expect(await eyes.reclaimable([pid, pid])).toBe(await eyes.reclaimable([pid]));
  });

  it("of nobody is nothing", async () => {
    expect(await realEyes().eyes.reclaimable([])).toBe(0);
  });

  it.each([
    ["has no Pss_Anon", "00400000-7fff [rollup]\nRss: 1 kB\n", 1],
    ["cannot be read", undefined, 0],
  ])("is not known when the memory of one %s", async (_, smapsRollup, malformed) => {
    const proc = fakeProc();
    proc.put(PID, smapsRollup === undefined ? {} : { smapsRollup });
    proc.write(`${PID}/status`, "SigPnd:\t0000000000000000\nShdPnd:\t0000000000000000\n");
    const log = createFailureLog();
    const eyes = createEyes({ procRoot: proc.root, log });
    expect(await eyes.reclaimable([PID + 1, PID])).toBeUndefined();
    expect(log.totals.malformed).toBe(malformed);
  });

  it("shows in the memory of the host", async () => {
    const { eyes } = realEyes();
    const before = eyes.usedMemory() ?? 0;
    // Shmem and swap come on top
    expect(before).toBeGreaterThanOrEqual(hostAnonymousBytes() * 0.5);
    await startPython(
      "import time; held = bytearray(b'x') * 400_000_000; print(1); time.sleep(100)",
    );
    expect((eyes.usedMemory() ?? 0) - before).toBeGreaterThan(200e6);
  });

  it("is not to be seen without /proc/meminfo", () => {
    const proc = fakeProc();
    const eyes = createEyes({ procRoot: proc.root, log: createFailureLog() });
    expect(eyes.usedMemory()).toBeUndefined();
    proc.write("meminfo", "MemTotal: 1 kB\n");
    expect(eyes.usedMemory()).toBeUndefined();
  });
});

describe("at a path", () => {
  it("stands a socket, links followed", async () => {
    const { eyes } = realEyes();
    const folder = temporaryFolder();
    const server = createServer().listen(`${folder}/app.sock`);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    symlinkSync("app.sock", `${folder}/link`);
    const { dev: device, ino: inode } = statSync(`${folder}/app.sock`);
    expect(eyes.file(`${folder}/app.sock`)).toEqual({ kind: "socket", device, inode });
    expect(eyes.file(`${folder}/link`)).toEqual({ kind: "socket", device, inode });
  });

  it("stands nothing or something else", () => {
    const { eyes } = realEyes();
    const folder = temporaryFolder();
    writeFileSync(`${folder}/file`, "");
    symlinkSync("nowhere", `${folder}/dangling`);
    symlinkSync("loop", `${folder}/loop`);
    expect(eyes.file(`${folder}/none`)).toEqual({ kind: "absent" });
    expect(eyes.file(`${folder}/no/folder`)).toEqual({ kind: "absent" });
    expect(eyes.file(`${folder}/dangling`)).toEqual({ kind: "absent" });
    expect(eyes.file(`${folder}/file`)).toEqual({ kind: "other" });
    expect(eyes.file(folder)).toEqual({ kind: "other" });
    expect(eyes.file(`${folder}/loop`)).toEqual({ kind: "unreadable", why: "ELOOP" });
  });

  it("that is written for people nobody looks", () => {
    const seen = realEyes().eyes.file("/run/a\\xff.sock");
    expect(seen).toEqual({ kind: "unreadable", why: expect.stringMatching(/escaped/) });
  });

  it("with letters beyond ASCII is found", () => {
    const folder = temporaryFolder();
    writeFileSync(`${folder}/bücher.sock`, "");
    expect(realEyes().eyes.file(`${folder}/bücher.sock`)).toEqual({ kind: "other" });
  });
});
