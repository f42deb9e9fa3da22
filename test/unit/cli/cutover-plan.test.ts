import { describe, expect, it } from "vitest";
import { cutoverFlags, typedAgain } from "../../../agent/cli/cutover-flags.ts";
import { cutoverPlanCommand } from "../../../agent/cli/cutover-plan-command.ts";
import { cutoverPlanText, shownPlan } from "../../../agent/cli/cutover-plan-text.ts";
import { planWithout } from "../../../agent/detect/cutover-plan.ts";
import type { CutoverFlags } from "../../../agent/model/cutover-flags.ts";
import type { CutoverPlan } from "../../../agent/model/cutover-plan.ts";
import { coloursFor } from "../../../agent/cli/status-colours.ts";
import { processSurroundings } from "../../../agent/cli/process-surroundings.ts";
import { group, orphaned } from "./reports.ts";
import {
  flags,
  launch,
  master,
  parts,
  type PlanCase,
  plan,
  scripts,
} from "../detect/cutover-build.ts";
import { run } from "./fake-surroundings.ts";

function text(made: CutoverPlan, width = 80, typed: readonly string[] = []): string {
  return cutoverPlanText(made, { width, colours: coloursFor(false), typed });
}

describe("a plan for people", () => {
  it.each<[string, PlanCase, number]>([
    ["production", {}, 80],
    [
      "all-at-once",
      {
        flags: { clean: true },
        socket: {
          ...orphaned,
          groups: [group("orphaned", 49, { master: null, workers: [{ pid: 50, startTicks: 1 }] })],
        },
      },
      100,
    ],
    [
      "not-ready",
      {
        look: {
          isRoot: false,
          systemdVersion: 241,
          scripts: scripts({ launches: [launch({ isWhole: false })] }),
          nginx: { kind: "read", sites: [] },
        },
      },
      80,
    ],
    [
      "pair-with-secrets",
      {
        flags: { socketActivation: true },
        look: { master: master({ environment: new Map([["KEY", "hush"]]) }) },
      },
      40,
    ],
    ["nothing-known", { look: { scripts: scripts({ launches: [] }) } }, 80],
  ])("reads as %s", async (name, saw, width) => {
    const made = text(plan(saw), width, ["--unit", "platform"]);
    expect(made).not.toContain("hush");
    await expect(made).toMatchFileSnapshot(`./cutover/${name}.txt`);
  });

  it("is one sentence where there is nothing to do", () => {
    const why = "platform.service is native";
    const made = planWithout(parts(), [{ reason: "already-native", why }]);
    expect(text(made)).toBe("nothing to do: platform.service is native\n");
  });

  it("names the host alone where nothing is known", () => {
    const made = planWithout({ ...parts(), today: [] }, [
      { reason: "no-socket", why: "no gunicorn" },
    ]);
    expect(text(made)).toBe(
      "cutover on vm\n\nit is not carried out as long as this is so\n  ✗ no-socket  no gunicorn\n",
    );
  });

  it("keeps secrets out of what programs get", () => {
    const made = plan({ look: { master: master({ environment: new Map([["KEY", "hush"]]) }) } });
    expect(JSON.stringify(made)).toContain("hush");
    expect(JSON.stringify(shownPlan(made))).not.toContain("hush");
    const without = planWithout(parts(), []);
    expect(shownPlan(without)).toBe(without);
  });
});

describe("onemaster cutover plan", () => {
  async function ran(typed: { readonly json: boolean; readonly typed: readonly string[] }) {
    let stdout = "";
    const output = {
      write: (said: string) => void (stdout += said),
      flushed: () => Promise.resolve(undefined),
      isTerminal: false,
      columns: undefined,
    };
    const surroundings = {
      ...processSurroundings(),
      defaultSettingsPath: "/nonexistent.yml",
      stdout: output,
      stderr: output,
    };
    const common = { config: undefined, socket: [], color: true };
    const asked: CutoverFlags[] = [];
    const exitCode = await cutoverPlanCommand(
      common,
      flags(),
      typed,
      surroundings,
      async (_, one) => {
        asked.push(one);
        return plan();
      },
    );
    return { exitCode, stdout, asked };
  }

  it("prints the plan and the command that carries it out", async () => {
    const { exitCode, stdout, asked } = await ran({ json: false, typed: ["--unit", "platform"] });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("\n  onemaster cutover apply --yes --unit platform\n");
    expect(asked).toEqual([flags()]);
  });

  it("prints it for programs, schema 1", async () => {
    const { stdout } = await ran({ json: true, typed: [] });
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, mode: "live", refusals: [] });
  });
});

describe("the flags of a cutover", () => {
  const common = { config: undefined, socket: [], color: true };

  it("are none where none is typed", () => {
    expect(cutoverFlags({}, common, "/srv")).toEqual(flags());
  });

  it("are handed over", () => {
    const typed = {
      unit: "a.service",
      arguments: "-k 'a b'",
      nginx: "http://x/",
      clean: true,
    } as const;
    const seen = cutoverFlags(typed, { ...common, socket: ["./a.sock"] }, "/srv");
    expect(seen).toEqual(
      flags({
        unit: "a.service",
        arguments: ["-k", "a b"],
        nginx: { url: "http://x/" },
        clean: true,
        socket: "/srv/a.sock",
      }),
    );
    expect(cutoverFlags({ nginx: false }, common, "/srv").nginx).toBe("none");
  });

  it("are typed again for carrying it out", () => {
    const typed = ["cutover", "plan", "--json", "--unit", "plan", "--clean", "--no-color"];
    expect(typedAgain(typed)).toEqual(["--unit", "plan", "--clean"]);
  });

  it.each([
    ["cutover", "Usage: onemaster cutover"],
    ["cutover plan --unit a;b", "Write the name of a service"],
    ["cutover plan --unit a.socket", "Write the name of a service"],
    ["cutover plan --program gunicorn", "Write an absolute path"],
    ["cutover plan --app a/b", "Write it as gunicorn takes it"],
    ["cutover plan --arguments $X", '--arguments: "$X" has more in it than words'],
    ["cutover plan --user a:b", "Write a name or a number"],
    ["cutover plan --workers 0", "Write a number from 1 to 1000"],
    ["cutover plan --umask 9", "Write three octal digits"],
    ["cutover plan --nginx /x", "Write a URL"],
    ["cutover plan --url x", "Write the path of a page"],
    ["cutover plan --socket a --socket b", "a cutover is of one socket"],
    ["cutover plan --keep-root --fix-ownership", "--keep-root needs no --fix-ownership"],
  ])("%s is a usage error that says what would be right", async (words, says) => {
    const { exitCode, stderr } = await run(words.split(" "));
    expect(exitCode).toBe(64);
    expect(stderr).toContain(says);
  });
});
