import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, linkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createHands } from "../../../agent/act/hands.ts";
import { exitOf } from "../../support/program.ts";
import { requireReal } from "../../support/require-real.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { waitFor } from "../../support/wait.ts";
import { realEyes, seenBy } from "../probe/eyes-helpers.ts";

const hands = createHands();

/** A process that sleeps until its signal comes. */
async function sleeper(uid?: number) {
  const as = uid === undefined ? {} : { uid };
  const child = spawn("sleep", ["1000"], { stdio: "ignore", ...as });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  return { child, pid: child.pid ?? 0 };
}

/** With the rights of nobody, though kill(2) still takes it for a user with root's processes. */
function asNobody(work: () => void): void {
  process.seteuid?.(65_534);
  try {
    work();
  } finally {
    process.seteuid?.(0);
  }
}

describe("a signal", () => {
  it("stops a process, lets it go on, and ends it", async () => {
    const { eyes } = realEyes();
    const { child, pid } = await sleeper();
    expect(hands.signal(pid, "SIGSTOP")).toEqual({ kind: "done" });
    await waitFor("it to stop", () => seenBy(eyes, pid).state === "T");
    expect(hands.signal(pid, "SIGCONT")).toEqual({ kind: "done" });
    await waitFor("it to go on", () => seenBy(eyes, pid).state === "S");
    expect(hands.signal(pid, "SIGTERM")).toEqual({ kind: "done" });
    await exitOf(child);
    expect(child.signalCode).toBe("SIGTERM");
  });

  it("kills", async () => {
    const { child, pid } = await sleeper();
    expect(hands.signal(pid, "SIGKILL")).toEqual({ kind: "done" });
    await exitOf(child);
    expect(child.signalCode).toBe("SIGKILL");
  });

  it("of number 0 only asks", async () => {
    const { child, pid } = await sleeper();
    expect(hands.signal(pid, 0)).toEqual({ kind: "done" });
    child.kill("SIGKILL");
    await exitOf(child);
    expect(hands.signal(pid, 0)).toEqual({ kind: "gone" });
    expect(hands.signal(pid, "SIGKILL")).toEqual({ kind: "gone" });
  });

  it("to another user's process is denied", async (context) => {
    requireReal(context, "root");
    const { pid } = await sleeper(12_345);
    asNobody(() => {
      expect(hands.signal(pid, 0)).toEqual({ kind: "denied", why: "EPERM" });
      expect(hands.signal(pid, "SIGKILL")).toEqual({ kind: "denied", why: "EPERM" });
    });
  });

  it.each([
    ["every process that may be signalled", -1],
    ["a process group", -4_242],
    ["its own process group", 0],
    ["init", 1],
    ["half a process", 1.5],
    ["no number", Number.NaN],
    ["a number beyond all pids", 4_194_305],
    ["what kill(2) would take for another pid", 2 ** 32 + 2],
    ["the agent itself", process.pid],
    ["its parent", process.ppid],
  ])("to %s is refused and never sent", (_, pid) => {
    const kill = vi.spyOn(process, "kill");
    for (const signal of ["SIGSTOP", "SIGCONT", "SIGTERM", "SIGKILL", 0] as const) {
      const done = hands.signal(pid, signal);
      expect(done).toEqual({ kind: "failed", why: expect.stringMatching(/^refused: /) });
    }
    expect(kill).not.toHaveBeenCalled();
  });
});

describe("a second name", () => {
  it("keeps a socket reachable when its first name is lost, and puts it back", async () => {
    const folder = temporaryFolder("act");
    const [path, second] = [join(folder, "app.sock"), join(folder, ".app.sock.onemaster-42")];
    const server = createServer((socket) => void socket.end()).listen(path);
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const { ino } = statSync(path);
    expect(hands.link(path, second)).toEqual({ kind: "done" });
    rmSync(path);
    expect(hands.link(second, path)).toEqual({ kind: "done" });
    expect(statSync(path).ino).toBe(ino);
    await once(createConnection(path), "connect");
    expect(hands.unlink(second)).toEqual({ kind: "done" });
    expect(existsSync(second)).toBe(false);
    expect(hands.unlink(second)).toEqual({ kind: "gone" });
  });

  it("never takes the place of what stands there", () => {
    const folder = temporaryFolder("act");
    const [path, second] = [join(folder, "app.sock"), join(folder, ".app.sock.onemaster-42")];
    writeFileSync(path, "new owner");
    writeFileSync(second, "old owner");
    const { ino } = statSync(path);
    expect(hands.link(second, path)).toEqual({ kind: "failed", why: "EEXIST" });
    expect(statSync(path).ino).toBe(ino);
  });

  it("is not made of nothing", () => {
    const folder = temporaryFolder("act");
    const done = hands.link(join(folder, "none"), join(folder, ".none.onemaster-42"));
    expect(done).toEqual({ kind: "gone" });
  });

  it("is denied in a folder of others", (context) => {
    requireReal(context, "root");
    const folder = temporaryFolder("act");
    const path = join(folder, "app.sock");
    writeFileSync(path, "");
    linkSync(path, join(folder, ".app.sock.onemaster-7"));
    chmodSync(folder, 0o755);
    asNobody(() => {
      const kind = "denied";
      const why = expect.stringMatching(/^(EACCES|EPERM)$/);
      expect(hands.link(path, join(folder, ".app.sock.onemaster-42"))).toEqual({ kind, why });
      expect(hands.unlink(join(folder, ".app.sock.onemaster-7"))).toEqual({ kind, why });
    });
  });

  it.each(["app.sock", "app.sock.onemaster-42", ".app.sock", ".app.sock.onemaster-42x"])(
    "is all that is ever removed, so %s stays",
    (name) => {
      const path = join(temporaryFolder("act"), name);
      writeFileSync(path, "");
      expect(hands.unlink(path)).toEqual({ kind: "failed", why: expect.stringMatching(/refused/) });
      expect(existsSync(path)).toBe(true);
    },
  );

  it("has no name that was escaped for people", () => {
    const path = join(temporaryFolder("act"), "a\\xff.sock");
    writeFileSync(path, "");
    const refused = { kind: "failed", why: expect.stringMatching(/^refused: .*escaped/) };
    expect(hands.link(path, `${path}.2`)).toEqual(refused);
    expect(hands.link("/run/app.sock", path)).toEqual(refused);
    expect(hands.unlink(join(path, ".a\\xff.sock.onemaster-42"))).toEqual(refused);
  });
});
