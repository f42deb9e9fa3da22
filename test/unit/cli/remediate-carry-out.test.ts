import { describe, expect, it } from "vitest";
import type { ActingTold } from "../../../agent/model/remediate-actor.ts";
import type { RemediationRecord } from "../../../agent/model/remediation.ts";
import { remediate, type Staged } from "./fake-actor.ts";
import { orphans, plan, record, refused, repair, step, unfinished } from "./remediations.ts";
import { duplicate, orphaned, path, report, socket } from "./reports.ts";

const found: Staged = { things: { report: report([duplicate]), plans: [plan()] } };

/** Ends the group step by step, as an actor tells it. */
function ends(told: ActingTold, done: RemediationRecord = record()): readonly RemediationRecord[] {
  told.waiting("until the finding is confirmed, 30s");
  told.planned(done.plan);
  for (const one of done.steps) told.step(one);
  told.finished(done);
  return [done];
}

describe("onemaster remediate --yes", () => {
  it("tells each step as it is over, then the outcome, and exits 0", async () => {
    const ran = await remediate({ yes: true }, { ...found, acts: (told) => ends(told) });
    expect(ran).toMatchObject({
      exitCode: 0,
      stderr:
        "onemaster: waiting: until the finding is confirmed, 30s\n" +
        "onemaster: waiting: for workers 50 51 52 53 to finish their requests, 35s at most\n",
      asked: ["plan", "act"],
    });
    await expect(ran.stdout).toMatchFileSnapshot("./remediate/command-yes.txt");
  });

  it.each([
    ["throws", { throws: "ENOSPC" }, "ENOSPC (7 times)"],
    ["is lost unnoticed", { lost: "EIO" }, "EIO"],
  ])("ends the group though all that it prints %s, and exits 1", async (_, unwritable, why) => {
    let over = false;
    const ran = await remediate(
      { yes: true },
      {
        ...found,
        unwritable,
        acts(told) {
          const records = ends(told);
          over = true;
          return records;
        },
      },
    );
    expect(over).toBe(true);
    expect(ran.exitCode).toBe(1);
    expect(ran.stderr).toContain(`onemaster: not all output could be written: ${why}; `);
    expect(ran.stderr).toContain("has the record\n");
  });

  it("never lets a text that cannot be made reach who acts", async () => {
    const ran = await remediate(
      { yes: true },
      {
        ...found,
        acts(told) {
          told.step({
            ...step("link", "done", 1, ""),
            get text(): string {
              throw new TypeError("a bug");
            },
          });
          return ends(told);
        },
      },
    );
    expect(ran.exitCode).toBe(1);
    expect(ran.stdout).toContain("ended: stale master 49");
    expect(ran.stderr).toContain("not all output could be written: a bug; ");
  });

  it("does nothing, and exits 0, where nothing is to do", async () => {
    const ran = await remediate({ yes: true }, { things: { report: report([socket()]) } });
    expect(ran).toEqual({
      exitCode: 0,
      stdout: `nothing to end: 1 socket, 1 one-master\n\nONE-MASTER  ${path}\n`,
      stderr: "",
      asked: ["plan"],
      settings: [expect.anything()],
    });
  });

  it("says once what it waits for, not with every look", async () => {
    const { stderr } = await remediate(
      { yes: true },
      {
        ...found,
        acts(told) {
          told.waiting("master 68 is 3s old, 10s are asked for");
          told.waiting("master 68 is 4s old, 10s are asked for");
          told.waiting("master 99 is 4s old, 10s are asked for");
          return [];
        },
      },
    );
    expect(stderr).toBe(
      "onemaster: waiting: master 68 is 3s old, 10s are asked for\n" +
        "onemaster: waiting: master 99 is 4s old, 10s are asked for\n",
    );
  });

  it("goes on after a failure, and still exits 1", async () => {
    const { exitCode, stdout } = await remediate(
      { yes: true },
      {
        things: { report: report([duplicate]), plans: [refused, orphans] },
        acts(told) {
          told.refused(refused);
          return ends(told, record({ plan: orphans, id: "20261122T132010Z-orphaned-50" }));
        },
      },
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain("ended: orphaned group of 4 workers\n");
  });

  it("takes up an attempt that a dead agent left, though no group is left to end", async () => {
    const over = record({ by: "agent", ending: "The rescue link was removed." });
    const ran = await remediate(
      { yes: true },
      {
        things: { report: report([socket()]), unfinished: [unfinished] },
        acts(told) {
          told.finished(over);
          return [over];
        },
      },
    );
    expect(ran).toMatchObject({ exitCode: 0, stderr: "", asked: ["plan", "act"] });
    expect(ran.stdout).toContain("The rescue link was removed.");
  });

  it.each([
    ["is no failure where whoever was at it has ended it", [], 0],
    ["is a failure where it still is", [unfinished.id], 1],
  ])("an attempt that was under way %s", async (_, stillUnfinished, exitCode) => {
    const things = { report: report([socket()]), unfinished: [unfinished] };
    const ran = await remediate({ yes: true }, { things, stillUnfinished });
    expect(ran.exitCode).toBe(exitCode);
    expect(ran.stderr.includes("is still not finished")).toBe(exitCode === 1);
  });

  it("says what was written to a pidfile", async () => {
    const ran = await remediate(
      { yes: true },
      {
        things: { report: report([socket()]), repairs: [repair()] },
        acts(told) {
          told.repaired(repair().path, "68 was written");
          told.repaired("/run/b.pid", "/run/b.pid was missing; it names master 7 now");
          return [];
        },
      },
    );
    expect(ran).toMatchObject({
      exitCode: 0,
      stdout:
        `pidfile: ${repair().path}: 68 was written\n` +
        "pidfile: /run/b.pid was missing; it names master 7 now\n",
      stderr: "",
    });
  });

  it.each([
    ["nothing beside it on stderr in a script", false, ""],
    ["progress on stderr at a terminal", true, "stale master 49 with 4 workers on"],
  ])("prints one document for programs, and %s", async (_, stderrIsTerminal, progress) => {
    const over = record();
    const planned = plan({ graceMs: 1 });
    const ran = await remediate(
      { yes: true, json: true },
      {
        stderrIsTerminal,
        things: { report: report([duplicate, orphaned]), plans: [plan(), orphans] },
        acts(told) {
          ends(told, { ...over, plan: planned });
          told.repaired("/run/a.pid", "68 was written");
          return [over];
        },
      },
    );
    expect(ran.exitCode).toBe(0);
    expect(JSON.parse(ran.stdout)).toEqual({
      schema: 1,
      takenAt: "2026-11-22T13:20:09.123Z",
      verdict: "duplicate",
      plans: [planned, orphans],
      repairs: [],
      records: [over],
      repaired: [{ path: "/run/a.pid", text: "68 was written" }],
    });
    expect(ran.stderr === "").toBe(progress === "");
    expect(ran.stderr).toContain(progress);
  });

  it("prints the document where nothing was to do", async () => {
    const { stdout } = await remediate({ yes: true, json: true });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: "no-master", plans: [], records: [] });
  });

  it("writes nothing of the host to the terminal as it is", async () => {
    const dirty = "\u001B[2J";
    const { stdout, stderr } = await remediate(
      { yes: true },
      {
        things: { report: report([duplicate]), plans: [plan({ socket: dirty })] },
        acts(told) {
          told.waiting(dirty);
          told.planned(plan({ socket: dirty }));
          told.step(step("link", "done", 1, dirty));
          told.repaired(dirty, dirty);
          told.notRepaired(dirty, dirty);
          told.refused(plan({ socket: dirty }));
          return [record({ ending: dirty })];
        },
      },
    );
    expect(stdout + stderr).not.toContain("\u001B");
  });
});

describe("onemaster remediate --dry-run", () => {
  it("walks through it and says what would be done", async () => {
    const walked = record({
      dryRun: true,
      outcome: "dry-run",
      ending: "Nothing stands against it.",
      steps: [step("stop-master", "would-do", 0, "SIGSTOP to master 49")],
    });
    const ran = await remediate({ dryRun: true }, { ...found, acts: (told) => ends(told, walked) });
    expect(ran).toMatchObject({ exitCode: 0, asked: ["plan", "dry run"] });
    await expect(ran.stdout).toMatchFileSnapshot("./remediate/command-dry-run.txt");
  });

  it("exits 1 where it would be refused", async () => {
    const acts: Staged["acts"] = (told) => (told.refused(refused), []);
    expect(await remediate({ dryRun: true }, { ...found, acts })).toMatchObject({ exitCode: 1 });
  });
});
