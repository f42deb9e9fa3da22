import { describe, expect, it } from "vitest";
import type { RemediationState } from "../../../agent/model/remediation.ts";
import { remediate, type Staged } from "./fake-actor.ts";
import { plan, refused, repair, unfinished } from "./remediations.ts";
import { duplicate, report } from "./reports.ts";

const found: Staged = { things: { report: report([duplicate]), plans: [plan()] } };

describe("onemaster remediate", () => {
  it("prints the plan, changes nothing and exits 0", async () => {
    const { exitCode, stdout, stderr, asked } = await remediate({}, found);
    expect({ exitCode, stderr, asked }).toEqual({ exitCode: 0, stderr: "", asked: ["plan"] });
    expect(stdout).toContain("stale master 49 with 4 workers may be ended\n");
  });

  it("exits 0 with a plan that is refused, too", async () => {
    const things = { report: report([duplicate]), plans: [refused] };
    expect(await remediate({}, { things })).toMatchObject({ exitCode: 0, stderr: "" });
  });

  it("prints what is unfinished before the plans, and pidfiles after them", async () => {
    const things = {
      report: report([duplicate]),
      plans: [plan()],
      repairs: [repair()],
      unfinished: [unfinished],
    };
    const { stdout } = await remediate({}, { things });
    await expect(stdout).toMatchFileSnapshot("./remediate/command-all.txt");
  });

  it("plans on without records that it cannot read, and says so", async () => {
    const things = { ...found.things, unread: ["/var/lib/onemaster/remediations: EACCES"] };
    const { exitCode, stdout, stderr } = await remediate({}, { things });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: "onemaster: /var/lib/onemaster/remediations: EACCES\n",
    });
    expect(stdout).toContain("may be ended");
  });

  it("looks at the sockets asked for alone", async () => {
    const { settings } = await remediate({}, { ...found, socket: ["app.sock"] });
    expect(settings[0]?.sockets.map((one) => one.path)).toEqual(["/srv/shop/app.sock"]);
  });

  it("is coloured on a terminal", async () => {
    const { stdout } = await remediate({}, { ...found, stdoutIsTerminal: true });
    expect(stdout).toContain("\u001B[32mstale master 49");
  });

  it("prints one document for programs", async () => {
    const things = { ...found.things, repairs: [repair()], unfinished: [unfinished] };
    const { exitCode, stdout } = await remediate({ json: true }, { things });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      takenAt: "2026-11-22T13:20:09.123Z",
      verdict: "duplicate",
      plans: [plan()],
      repairs: [repair()],
      records: [unfinished],
      repaired: [],
    });
  });
});

describe("onemaster remediate --reset-breaker", () => {
  const state: RemediationState = {
    schema: 1,
    failuresInARow: 2,
    breakerOpenedAt: "2026-11-22T12:00:00.000Z",
    attempts: [],
  };

  it.each<[string, RemediationState | undefined, string]>([
    [
      "was open",
      state,
      "the breaker is closed; it was open since 2026-11-22 12:00:00 UTC, after 2 failures in a row\n",
    ],
    [
      "was closed",
      { ...state, failuresInARow: 0, breakerOpenedAt: null },
      "the breaker was closed already\n",
    ],
    [
      "was closed, with a failure counted",
      { ...state, failuresInARow: 1, breakerOpenedAt: null },
      "the breaker was closed already; 1 failure forgotten\n",
    ],
    ["was never opened", undefined, "the breaker was closed already\n"],
  ])("says that it %s, and does nothing else", async (_, was, stdout) => {
    const ran = await remediate({ resetBreaker: true }, was === undefined ? {} : { was });
    expect(ran).toMatchObject({ exitCode: 0, stdout, stderr: "", asked: ["reset breaker"] });
  });

  it("exits 1 with the reason on stderr when it cannot be closed", async () => {
    const was = new Error("EACCES: permission denied");
    expect(await remediate({ resetBreaker: true }, { was })).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: "onemaster: the breaker is left as it is: EACCES: permission denied\n",
    });
  });
});

describe("options that contradict each other", () => {
  it.each([
    [{ yes: true, dryRun: true }, "--yes ends groups and --dry-run ends none; write one of them"],
    [
      { resetBreaker: true, yes: true },
      "--reset-breaker stands alone; leave --yes out, and write it in a second command",
    ],
    [
      { resetBreaker: true, dryRun: true },
      "--reset-breaker stands alone; leave --dry-run out, and write it in a second command",
    ],
    [
      { resetBreaker: true, json: true },
      "--reset-breaker stands alone; leave --json out, and write it in a second command",
    ],
  ])("%j are refused", async (options, message) => {
    await expect(remediate(options)).rejects.toMatchObject({ name: "UsageError", message });
  });
});
