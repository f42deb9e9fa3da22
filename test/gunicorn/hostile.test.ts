import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { status } from "../support/agent.ts";
import { subFolder, type TestFolder, testFolder } from "../support/folder.ts";
import { startGunicorn, withoutSetproctitle } from "../support/gunicorn.ts";
import { whoAnswers } from "../support/http.ts";
import { living } from "../support/process.ts";
import { exitOf, startProgram } from "../support/program.ts";
import { debianPython, forger, lookalike } from "../support/python.ts";
import { requireReal } from "../support/require-real.ts";
import { group, look, type Seen, seen } from "../support/seen.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** A line as /proc/net/unix prints it for a listener, in full width. */
function tableRow(inode: number, name: string): string {
  return `0000000000000000: 00000002 00000000 00010000 0001 01 ${String(inode).padStart(5)} ${name}`;
}

/** A line as `ss -xlHe` prints it for a listener. */
function ssRow(inode: number, name: string, fileInode: number): string {
  return `u_str LISTEN 0 9 ${name} ${inode} * 0 <-> ino:${fileInode} dev:0/65024 peers:`;
}

/** Lets a program listen on an abstract name that goes on with this line. */
async function forge(folder: TestFolder, line: string): Promise<void> {
  const name = `\n${line}\n`;
  // the most that an abstract name may have beside its leading NUL
  expect(Buffer.byteLength(name)).toBeLessThanOrEqual(107);
  startProgram({ folder, command: [debianPython, "-c", forger, name] });
  await waitFor("the forged row to stand in the socket table", () =>
    readFileSync("/proc/net/unix", "utf8").includes(`\n${line}\n`),
  );
}

/** A forger may make the agent say that it cannot tell, but never add, hide or move a group. */
function unlessUnknown({ verdict, groups }: Seen): Pick<Seen, "verdict" | "groups"> {
  return { verdict: verdict === "unknown" ? "one-master" : verdict, groups };
}

test("a forged row for the path with an inode that nobody holds", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const only = await startGunicorn({ folder });
  await forge(folder, tableRow(777_777, path));
  await forge(folder, tableRow(777_778, "app.sock"));
  expect(await look(path)).toEqual(seen("one-master", [group("serving", only)]));
});

test("a forged row for the path with the inode of another gunicorn's listener", async () => {
  const folder = testFolder();
  const other = subFolder(folder, "other");
  const only = await startGunicorn({ folder });
  const stranger = await startGunicorn({ folder: other });
  await forge(folder, tableRow(stranger.listenerInode, folder.at("app.sock")));
  expect(unlessUnknown(await look(folder.at("app.sock")))).toEqual({
    verdict: "one-master",
    groups: [group("serving", only)],
  });
  expect(unlessUnknown(await look(other.at("app.sock")))).toEqual({
    verdict: "one-master",
    groups: [group("serving", stranger)],
  });
});

test("a forged row that gives the live listener another name", async () => {
  const folder = testFolder();
  const only = await startGunicorn({ folder });
  await forge(folder, tableRow(only.listenerInode, folder.at("no.sock")));
  expect(unlessUnknown(await look(folder.at("app.sock")))).toEqual({
    verdict: "one-master",
    groups: [group("serving", only)],
  });
});

test("a forged row of ss that binds the live listener to another file", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const only = await startGunicorn({ folder });
  await forge(folder, ssRow(only.listenerInode, path, 4711));
  expect(unlessUnknown(await look(path))).toEqual({
    verdict: "one-master",
    groups: [group("serving", only)],
  });
});

test("a forged row never hides a real duplicate", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder });
  const next = await startGunicorn({ folder });
  await forge(folder, tableRow(old.listenerInode, folder.at("no.sock")));
  expect(await look(path)).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
});

test.for([
  ["the rest of a stat line", "x) Z 1 1 1 ("],
  ["a newline", "a\nSigCgt:\t00"],
  ["nothing", ""],
] as const)("workers whose kernel name is %s are workers", async ([, comm]) => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const only = await startGunicorn({ folder, env: withoutSetproctitle(folder) });
  await whoAnswers(path, `?comm=${encodeURIComponent(comm)}`);
  expect(await look(path)).toEqual(seen("one-master", [group("serving", only)]));
});

test("a program that calls itself a gunicorn master and listens nowhere is no group", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const only = await startGunicorn({ folder });
  const { child } = startProgram({ folder, command: [debianPython, "-c", lookalike] });
  const pid = child.pid ?? 0;
  await waitFor("the lookalike to have its title", () =>
    readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("gunicorn: maste"),
  );
  expect(await look(path)).toEqual(seen("one-master", [group("serving", only)]));
  expect(living(pid)).toBeDefined();
  const { sockets } = await status([]);
  expect(sockets.flatMap(({ groups }) => groups.map(({ master }) => master?.pid))).not.toContain(
    pid,
  );
});

test("thousands of short-lived processes during the looks: always the same verdict", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder, workers: 2 });
  const next = await startGunicorn({ folder, workers: 2 });
  const loop = "i=0; while [ $i -lt 3000 ]; do /bin/true; i=$((i+1)); done";
  const { child } = startProgram({ folder, command: ["sh", "-c", loop] });
  const ended = exitOf(child);
  let looks = 0;
  while (child.exitCode === null || looks === 0) {
    looks += 1;
    expect(await look(path)).toEqual(
      seen("duplicate", [group("serving", next), group("stale", old)]),
    );
  }
  expect(await ended).toBe(0);
});
