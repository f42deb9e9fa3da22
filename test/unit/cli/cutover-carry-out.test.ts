import { describe, expect, it } from "vitest";
import {
  cutoverApplyCommand,
  cutoverRollbackCommand,
} from "../../../agent/cli/cutover-carry-out.ts";
import type { Surroundings } from "../../../agent/cli/surroundings.ts";
import type { CutoverFlags } from "../../../agent/model/cutover-flags.ts";
import type { CutoverPlan } from "../../../agent/model/cutover-plan.ts";
import type { CutoverActor, CutoverEnd } from "../../../agent/model/cutover-actor.ts";
import type { CutoverTold } from "../../../agent/model/cutover-record.ts";
import { cutover, doneCutover } from "../history/cutovers.ts";

const common = { config: undefined, socket: [], color: true };
const flags = { unit: undefined } as CutoverFlags;
const nothingKnown: CutoverPlan = {
  schema: 1,
  takenAt: "2026-11-23T00:00:00.000Z",
  host: "vm",
  mode: "live",
  today: [],
  socketActivation: false,
  target: null,
  values: [],
  refusals: [],
  questions: [],
  notes: [],
  steps: [],
};

type Tells = (told: CutoverTold) => void;

/** Runs a command whose actor comes to this end, and tells these on the way. */
async function ran(
  end: CutoverEnd,
  { json = false, tells }: { readonly json?: boolean; readonly tells?: Tells } = {},
) {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    write: (text: string) => void (written[name] += text),
    flushed: () => Promise.resolve(undefined),
    isTerminal: false,
    columns: 80,
  });
  const surroundings = {
    workingDirectory: "/",
    defaultSettingsPath: "/nonexistent/onemaster.yml",
    plainText: true,
    stdout: output("stdout"),
    stderr: output("stderr"),
    stopSignal: () => new AbortController().signal,
    inBackground: () => false,
  } as unknown as Surroundings;
  const work = async (told: CutoverTold): Promise<CutoverEnd> => {
    tells?.(told);
    return await Promise.resolve(end);
  };
  const actor: CutoverActor = {
    apply: (_settings, _flags, _options, told) => work(told),
    rollback: (_settings, _unit, _options, told) => work(told),
    last: () => Promise.resolve({ kind: "found", record: doneCutover }),
    against: () => Promise.resolve("master 68 listens as well"),
  };
  const apply = () => cutoverApplyCommand(common, flags, { json }, surroundings, actor);
  const rollback = (yes: boolean) =>
    cutoverRollbackCommand(common, { unit: undefined, yes, json }, surroundings, actor);
  return { written, apply, rollback };
}

describe("cutover apply --yes", () => {
  it.each<[string, CutoverEnd, number, RegExp, RegExp]>([
    ["done", { kind: "over", record: doneCutover }, 0, /^done: master 1097/, /^$/],
    [
      "undone",
      { kind: "over", record: { ...doneCutover, outcome: "undone", ending: "start: why" } },
      1,
      /^put back: start: why\n/,
      /^onemaster: start: why\n$/,
    ],
    ["refused", { kind: "refused", why: "no" }, 1, /^$/, /^onemaster: nothing was changed: no\n$/],
    ["nothing to do", { kind: "nothing", text: "as before" }, 0, /^nothing to do: as before/, /^$/],
    [
      "already native",
      {
        kind: "not-ready",
        plan: { ...nothingKnown, refusals: [{ reason: "already-native", why: "it is native" }] },
      },
      0,
      /^nothing to do: it is native\n$/,
      /^$/,
    ],
    [
      "forbidden",
      {
        kind: "not-ready",
        plan: { ...nothingKnown, refusals: [{ reason: "handover", why: "wait" }] },
      },
      1,
      /^$/,
      /^onemaster: nothing was changed \(handover\): wait\n$/,
    ],
    [
      "in question",
      {
        kind: "not-ready",
        plan: {
          ...nothingKnown,
          questions: [{ about: "app", flag: "--app", guess: "run:app", why: "unknown" }],
        },
      },
      1,
      /^$/,
      /^onemaster: nothing was changed: unknown: say --app run:app\n$/,
    ],
  ])("that is %s", async (_, end, exitCode, stdout, stderr) => {
    const { written, apply } = await ran(end);
    expect(await apply()).toBe(exitCode);
    expect(written.stdout).toMatch(stdout);
    expect(written.stderr).toMatch(stderr);
  });

  it("tells each step as it is over, and notes on stderr", async () => {
    const [step] = doneCutover.steps;
    const { written, apply } = await ran(
      { kind: "over", record: doneCutover },
      {
        tells: (told) => {
          if (step === undefined) return;
          told.step({ ...step, result: "begun" });
          told.step(step);
          told.note("workers 69 finish");
        },
      },
    );
    await apply();
    expect(written.stdout).toMatch(/^ {2}✓ keep-name {5}36ms {2}a second name\ndone: /);
    expect(written.stderr).toBe("onemaster: workers 69 finish\n");
  });

  it("gives programs one document, and no secret", async () => {
    const target = { ...cutover().target, files: [] };
    const files = [{ path: "/etc/x", mode: 0o600, text: "PASSWORD=1", secret: true }];
    const plan: CutoverPlan = { ...nothingKnown, target: { ...target, files } };
    const refused = { ...plan, refusals: [{ reason: "handover", why: "wait" }] as const };
    const { written, apply } = await ran({ kind: "not-ready", plan: refused }, { json: true });
    expect(await apply()).toBe(1);
    expect(JSON.parse(written.stdout)).toMatchObject({ schema: 1, plan: { host: "vm" } });
    expect(written.stdout).not.toContain("PASSWORD");
  });
});

describe("cutover rollback", () => {
  it("without --yes says what it would do", async () => {
    const { written, rollback } = await ran({ kind: "nothing", text: "" });
    expect(await rollback(false)).toBe(0);
    expect(written.stdout).toContain("puts /etc/init.d/platform and 1 link back");
    expect(written.stdout).toContain("it is not carried out now: master 68 listens as well");
  });

  it("with --yes ends with 0 when what was before serves", async () => {
    const record = { ...doneCutover, outcome: "rolled-back" } as const;
    const { written, rollback } = await ran({ kind: "over", record });
    expect(await rollback(true)).toBe(0);
    expect(written.stdout).toMatch(/^rolled back: /);
  });
});
