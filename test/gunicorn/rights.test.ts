import { copyFileSync, mkdirSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { builtAgent, check, status, type Surroundings } from "../support/agent.ts";
import { type TestFolder, testFolder } from "../support/folder.ts";
import { startGunicorn } from "../support/gunicorn.ts";
import { requireReal } from "../support/require-real.ts";
import { group, look, seen } from "../support/seen.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** Nothing but the interpreter of the agent itself can be found. */
const withoutTools: Surroundings = { env: { PATH: "/nonexistent" } };

/** The agent as the user nobody, who may read the program but not what others run. */
function asNobody(folder: TestFolder): Required<Pick<Surroundings, "inside" | "agentPath">> {
  // outside of a package the suffix says that it is a module
  const agentPath = folder.at("agent.mjs");
  copyFileSync(builtAgent, agentPath);
  const inside = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  return { inside, agentPath };
}

test("without ss a duplicate is told by start times, and said to be", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder });
  const next = await startGunicorn({ folder });
  expect(await look(path, withoutTools)).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)], { evidence: "start-time" }),
  );
  const { blind } = await status(["--socket", path], withoutTools);
  expect(blind.map(({ what }) => what)).toContain("bound-file");
});

test("without ss one group is unknown: nobody could say whether it owns the path", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await startGunicorn({ folder });
  expect(await look(path, withoutTools)).toMatchObject({
    verdict: "unknown",
    checkExit: 3,
    evidence: "start-time",
    masters: null,
  });
});

test("without ss a missing path is certain all the same", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  expect(await look(path, withoutTools)).toEqual(seen("no-master", [], { evidence: "none" }));
});

test.for([
  ["one group", 1],
  ["two groups", 2],
] as const)("an agent without rights, %s: unknown, and what to grant", async ([, groups]) => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  for (let started = 0; started < groups; started += 1) {
    await startGunicorn({ folder });
  }
  const nobody = asNobody(folder);
  expect(await look(path, nobody)).toMatchObject({
    verdict: "unknown",
    checkExit: 3,
    masters: null,
  });
  const checked = await check(["--socket", path], nobody);
  expect(checked.stdout).toMatch(/CAP_SYS_PTRACE/);
  expect(checked.stdout).toMatch(/CAP_DAC_READ_SEARCH/);
  const { verdict, blind } = await status([], nobody);
  expect(verdict).toBe("unknown");
  expect(blind).toContainEqual(
    expect.objectContaining({ what: "fd-links", reason: expect.any(String) }),
  );
});

test("an agent that may not look into the socket's directory: unknown, not missing", async () => {
  const folder = testFolder();
  const nobody = asNobody(folder);
  const hidden = folder.at("hidden");
  await startGunicorn({ folder });
  mkdirSync(hidden, { mode: 0o700 });
  expect(await look(`${hidden}/app.sock`, nobody)).toMatchObject({
    verdict: "unknown",
    checkExit: 3,
    masters: null,
  });
});

test("an agent with just the two capabilities sees all", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder });
  const next = await startGunicorn({ folder });
  const { agentPath } = asNobody(folder);
  const capabilities = "+sys_ptrace,+dac_read_search";
  const inside = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
    "--no-new-privs",
    `--inh-caps=${capabilities}`,
    `--ambient-caps=${capabilities}`,
    "--",
  ];
  expect(await look(path, { inside, agentPath })).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
  const [socket] = (await status(["--socket", path], { inside, agentPath })).sockets;
  expect(socket?.orphanMemory.reclaimableBytes).toBeGreaterThan(10e6);
});
