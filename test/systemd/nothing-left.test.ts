import type { ChildProcess } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { beforeEach, describe, expect, test } from "vitest";
import { type Apart, startApart } from "../support/apart.ts";
import { exitOf } from "../support/program.ts";
import { requireReal } from "../support/require-real.ts";
import { newSince, type Traces, tracesIn } from "../support/traces.ts";
import { waitFor } from "../support/wait.ts";
import type { HostOptions } from "../testbed/host.ts";
import { releases } from "../testbed/test-host.ts";
import { ensureTree } from "../testbed/tree.ts";

// Others may start hosts on this machine at the same time, and a leftover has not always a name
// that says whose it is. So what could leave something runs apart: whatever is new there is its
// own, whatever it is called, and everything it starts is there, since a process cannot leave its
// cgroups and namespaces by itself.

beforeEach((context) => requireReal(context, "root", "ss", "debootstrap", "nspawn"));

const holdsHosts = new URL("holds-hosts.mjs", import.meta.url).pathname;
const makesTree = new URL("makes-tree.mjs", import.meta.url).pathname;

const one: readonly HostOptions[] = [{ release: "bookworm", name: "one" }];
const three: readonly HostOptions[] = [
  { release: "bookworm", name: "same" },
  { release: "trixie", name: "same" },
  { release: "bookworm", name: "third", network: "shared" },
];

/** A process in a place apart, and how that place was before. */
interface User {
  readonly child: ChildProcess & { readonly pid: number };
  readonly exit: Promise<number | null>;
  /** Waits for a line on its stdout. */
  said(line: string): Promise<void>;
  /** The last line on its stdout. */
  last(): string | undefined;
  /** What is there now and was not before. */
  left(): readonly string[];
}

describe("a process with hosts leaves nothing", () => {
  test.each([
    ["that stops the one it started", one, "stop", 0],
    ["that used three of both releases and stops them", three, "use", 0],
    ["that throws while it has one", one, "throw", 1],
  ])("%s", async (_, hosts, step, exitCode) => {
    // a quick one would be about to stop its hosts before it is looked at
    const user = await holder(await startApart("private"), hosts, step, "SIGUSR2");
    await user.said("up");
    expect(kindsOf(user.left())).toEqual(["cgroup", "file", "interface", "process"]);
    user.child.kill("SIGUSR2");
    expect(await user.exit).toBe(exitCode);
    // `stop` has waited for it; the end of a process cannot
    await nothingLeft(user, step === "throw" ? 30_000 : 0);
  });

  test.each([
    ["there is its folder", /^file .*\/onemaster-[^/]+$/],
    ["it has a cgroup", /^cgroup .*\/onemaster-[^/]+$/],
    ["systemd-nspawn runs", /^process \d+ systemd-nspawn /],
    ["it has an interface", /^interface ve-/],
    ["it has a systemd", /^process \d+ \S*\/systemd$/],
    ["it has a journal", /^process \d+ \S*\/systemd-journald$/],
  ])("that is killed as soon as %s", async (_, sign) => {
    // one that goes on by itself would have stopped its host before the sign was seen
    const user = await holder(await startApart("private"), one, "start");
    await user.said("starting");
    await waitFor("the sign", () => user.left().some((trace) => sign.test(trace)));
    user.child.kill("SIGKILL");
    expect([await user.exit, user.last()]).toEqual([null, "starting"]);
    await nothingLeft(user);
  });

  test.each([
    ["killed while a command runs", "hold", "SIGKILL", 1],
    ["interrupted while a command runs, and its process group", "hold", "SIGINT", -1],
    ["terminated while a command runs, and its process group", "hold", "SIGTERM", -1],
    ["killed while a command runs, and its process group", "hold", "SIGKILL", -1],
  ] as const)("that is %s", async (_, step, signal, group) => {
    const user = await holder(await startApart("private"), one, step);
    await user.said("up");
    const command = /^process \d+ sleep infinity$/;
    await waitFor("the command", () => user.left().some((trace) => command.test(trace)));
    process.kill(group * user.child.pid, signal);
    expect(await user.exit).toBe(null);
    await nothingLeft(user);
  });

  test("that is killed while it stops the host", async () => {
    // by itself: whoever reads that it stops comes too late where the stop is quicker
    const user = await holder(await startApart("private"), one, "die");
    expect([await user.exit, user.last()]).toEqual([null, "stopping"]);
    await nothingLeft(user);
  });
});

test("a maker of trees that is killed leaves what the next one removes", async () => {
  const apart = await startApart("shared");
  const cache = apart.folder.at("cache");
  mkdirSync(cache);
  const parts = (): readonly string[] =>
    readdirSync(apart.seen(cache))
      .filter((name) => name.endsWith(".part"))
      .flatMap((name) => readdirSync(join(apart.seen(cache), name)));
  const killed = async (): Promise<readonly string[]> => {
    const user = await start(apart, [makesTree, "bookworm"], cache);
    await waitFor(
      "debootstrap to unpack",
      () => parts().includes("var") && !parts().includes("left"),
      60_000,
    );
    user.child.kill("SIGKILL");
    expect(await user.exit).toBe(null);
    const ofCache = `file ${cache}/`;
    await waitFor("all but the cache to be gone", () =>
      none(user.left().filter((trace) => !trace.startsWith(ofCache))),
    );
    return readdirSync(apart.seen(cache)).toSorted();
  };
  const first = await killed();
  expect(first).toEqual([
    expect.stringMatching(/^bookworm-tree-[0-9a-f]{10}\.lock$/),
    expect.stringMatching(/^bookworm-tree-[0-9a-f]{10}\.part$/),
  ]);
  writeFileSync(join(apart.seen(cache), first[1] ?? "", "left"), "");
  // which waits until that file is gone
  expect(await killed()).toEqual(first);
});

test("of two that need the same tree at once, one makes it and the other waits", async (context) => {
  context.skip(process.env["REQUIRE_REAL"] !== "1", "takes a minute: only with REQUIRE_REAL=1");
  const apart = await startApart("shared");
  const cache = apart.folder.at("cache");
  mkdirSync(cache);
  const words = [makesTree, "bookworm"];
  const users = await Promise.all([start(apart, words, cache), start(apart, words, cache)]);
  const waits = /^process \d+ flock /;
  await waitFor("one to wait", () => users[0].left().some((trace) => waits.test(trace)));
  expect(await Promise.all(users.map(({ exit }) => exit))).toEqual([0, 0]);
  const names = readdirSync(apart.seen(cache)).toSorted();
  expect(names).toEqual([
    expect.stringMatching(/^bookworm-tree-[0-9a-f]{10}$/),
    expect.stringMatching(/^bookworm-tree-[0-9a-f]{10}\.lock$/),
  ]);
  const tree = join(cache, names[0] ?? "");
  expect(users.map((user) => user.last())).toEqual([tree, tree]);
  const made = names.map((name) => `file ${join(cache, name)}`);
  await waitFor("all but the tree to be gone", () =>
    none(users[0].left().filter((trace) => !made.includes(trace))),
  );
}, 300_000);

test("what is left is seen, whatever it is", async () => {
  const apart = await startApart("private");
  const script = `
    mount -t tmpfs tmpfs /mnt/var
    mkdir /run/left /tmp/left
    touch /tmp/left/below ${apart.folder.at("left")}
    ip link add left type veth peer name other
    for folder; do mkdir "$folder/left"; done
    sleep infinity >/dev/null &
    echo $! >"$1/left/cgroup.procs"
    # until then it is a second shell
    until [ "$(cat /proc/$!/comm)" = sleep ]; do :; done`;
  const before = tracesIn(apart.place);
  const child = apart.spawn(["sh", "-ec", script, "sh", ...apart.place.cgroups], {});
  expect(await exitOf(child)).toBe(0);
  expect(newSince(before, tracesIn(apart.place))).toEqual([
    ...apart.place.cgroups.map((folder) => `cgroup ${join(folder, "left")}`).toSorted(),
    "file /run/left",
    "file /tmp/left",
    `file ${apart.folder.at("left")}`,
    "interface left",
    "interface other",
    expect.stringMatching(/^mount .* \/mnt\/var .* - tmpfs tmpfs /),
    expect.stringMatching(/^process \d+ sleep infinity$/),
  ]);
});

/** Starts a process that starts hosts from the trees of this machine's cache. */
async function holder(
  apart: Apart,
  hosts: readonly HostOptions[],
  ...how: readonly string[]
): Promise<User> {
  const cache = apart.folder.at("cache");
  mkdirSync(cache);
  for (const release of releases) {
    const tree = await ensureTree(release);
    symlinkSync(tree, join(cache, basename(tree)));
  }
  return start(apart, [holdsHosts, JSON.stringify(hosts), ...how], cache);
}

async function start(apart: Apart, words: readonly string[], cache: string): Promise<User> {
  const before: Traces = tracesIn(apart.place);
  const command = [process.execPath, ...words];
  const child = apart.spawn(command, { ONEMASTER_TESTBED_CACHE: cache });
  const { pid, stdout } = child;
  if (pid === undefined || stdout === null) {
    throw new Error("no process was started");
  }
  const exit = exitOf(child);
  const lines: string[] = [];
  createInterface({ input: stdout }).on("line", (line) => lines.push(line));
  return {
    child: Object.assign(child, { pid }),
    exit,
    said: async (line) => {
      await waitFor(`the line "${line}"`, () => lines.includes(line), 60_000);
    },
    last: () => lines.at(-1),
    left: () => newSince(before, tracesIn(apart.place)),
  };
}

/**
 * The kernel and the keeper need a moment for what ended without waiting for them, longer where
 * the machine's pid 1 is slow to reap what it inherits: no namespace ends before.
 */
async function nothingLeft(user: User, limitMs = 30_000): Promise<void> {
  await waitFor("nothing to be left", () => none(user.left()), limitMs);
}

function none(left: readonly string[]): true {
  if (left.length > 0) {
    throw new Error(left.join("\n"));
  }
  return true;
}

function kindsOf(traces: readonly string[]): readonly string[] {
  return [...new Set(traces.map((trace) => trace.split(" ")[0] ?? ""))];
}
