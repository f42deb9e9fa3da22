import { expect, test, type TestContext } from "vitest";
import type { ContainerHost } from "../testbed/host.ts";
import { answering, platform } from "../testbed/incident.ts";
import { whileLoaded } from "../testbed/load.ts";
import {
  bootedAgain,
  cutoverRecord,
  expectNative,
  expectSysv,
  nativeFile,
} from "./support-cutover.ts";
import {
  carriedOut,
  expectApplied,
  expectEnd,
  expectUnfelt,
  initScript,
  isToCome,
  killed,
  launcher,
  meanwhile,
  type Moment,
  nativeLink,
  scriptIsLate,
} from "./support-cutover-states.ts";
import { sysvPlatform } from "./sysv-platform.ts";
import { settledTruth, truthOf } from "./truth.ts";

const limitMs = 400_000;

/** A surprise while both live, whose undoing is killed before the native unit is stopped. */
const halfUndone: readonly Moment[] = [
  { on: "step", what: "end-old", after: 1, act: "SIGINT" },
  { on: "step", what: "stop-new", act: "SIGKILL" },
];

test(
  "power lost at any moment of a way back leaves a host on which something serves after its boot",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await expectServedAfterBoot(context, host, "rollback", [
      { on: "gone", what: nativeLink },
      { on: "gone", what: nativeFile },
      { on: "there", what: initScript },
    ]);
  },
  limitMs,
);

test(
  "power lost while the native unit is put in place leaves one on which something serves as well",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    await expectServedAfterBoot(context, host, "apply", [
      { on: "there", what: nativeFile },
      { on: "there", what: nativeLink },
      { on: "gone", what: initScript },
    ]);
  },
  limitMs,
);

test(
  "killed as the script is put away, started by a person: done, and nothing of the script is left",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    await killed(host, ["put-away", 0], "apply");
    await host.run(`systemctl daemon-reload; systemctl restart ${platform.unit}`);
    await settledTruth(host, "both", ({ masters }) => masters.length === 2);
    await expectEnd(host, 0, "apply");
    const native = await expectNative(host);
    expect((await cutoverRecord(host)).outcome).toBe("done");

    // the unit that was named is another's: what is left of this one is no business of it
    await killed(host, ["path-back", 0], "rollback");
    const apply = (): ReturnType<typeof carriedOut> =>
      carriedOut(host, "apply", "--unit", "nginx.service");
    const { load, worked } = await whileLoaded(host, apply, { perSecond: 100 });
    expect(worked.said).toMatch(/nothing was changed: .*platform\.service/);
    expect(worked.exitCode).toBe(1);
    expectUnfelt(load, worked.said);
    expect((await truthOf(host)).owner).toBe(native);
    await expectEnd(host, 0, "rollback");
    await expectSysv(host);
  },
  limitMs,
);

test(
  "half undone, and booted since: where only the native unit serves, nobody is stopped",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    await meanwhile(host, halfUndone, "apply");
    const again = await bootedAgain(context, host);
    await again.run("systemctl start nginx.service");
    const native = await answering(again);
    const apply = (): ReturnType<typeof carriedOut> => carriedOut(again, "apply");
    const { load, worked } = await whileLoaded(again, apply, { perSecond: 100 });
    expect(worked.exitCode, `it said: ${worked.said}`).toBe(0);
    expectUnfelt(load, worked.said);
    expect(await expectNative(again)).toBe(native);
  },
  limitMs,
);

test(
  "a rollback of what was half undone is one, and an apply of what was half rolled back as well",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await meanwhile(host, halfUndone, "apply");
    expect(await expectEnd(host, 0, "rollback")).toContain("rolled back: ");
    expect((await cutoverRecord(host)).outcome).toBe("rolled-back");
    expect((await expectSysv(host)).masters).toHaveLength(1);

    await expectApplied(host);
    await killed(host, ["start-old", 0], "rollback");
    await expectApplied(host);
    expect((await cutoverRecord(host)).outcome).toBe("done");
  },
  limitMs,
);

test(
  "killed while a late script is waited for: what the next command ends with is one master",
  async (context) => {
    const { host } = await sysvPlatform(context, "trixie", { holdMib: 1 });
    for (const word of ["rollback", "apply"] as const) {
      await expectApplied(host);
      await scriptIsLate(host, 25);
      await killed(host, ["check-old", 3], "rollback");
      const { said } = await carriedOut(host, word);
      // else it comes as a second one
      expect(await isToCome(host, 25), `it said: ${said}`).toBe(false);
      const { masters } = await settledTruth(host, "one to serve", ({ owner }) => owner !== null);
      expect(masters, `it said: ${said}`).toHaveLength(1);
      await host.run(["mv", `${platform.root}/real.py`, launcher]);
    }
  },
  limitMs,
);

test(
  "a late gunicorn of the script that somebody else has started is waited for, and nobody is put beside it",
  async (context) => {
    const { host } = await sysvPlatform(context, "bookworm", { holdMib: 1 });
    await expectApplied(host);
    await scriptIsLate(host, 20);
    await killed(host, ["move-back", 0], "rollback");
    await host.run(["systemctl", "start", platform.unit]);
    const said = await expectEnd(host, 0, "rollback");
    expect(said).toMatch(/start-old .* is in platform\.service: it is waited for/);
    expect(await isToCome(host, 20), `it said: ${said}`).toBe(false);
    expect((await expectSysv(host)).masters).toHaveLength(1);
  },
  limitMs,
);

/** Kills the command at each of these, and boots from what is on the disk then. */
async function expectServedAfterBoot(
  context: TestContext,
  host: ContainerHost,
  word: "apply" | "rollback",
  moments: readonly Pick<Moment, "on" | "what">[],
): Promise<void> {
  for (const moment of moments) {
    if (word === "rollback") await expectApplied(host);
    await meanwhile(host, [{ ...moment, act: "SIGKILL" }], word);
    const again = await bootedAgain(context, host);
    await answering(again);
    const { masters } = await settledTruth(again, "one to serve", ({ owner }) => owner !== null);
    expect(masters, `${word}, ${moment.what} ${moment.on}`).toHaveLength(1);
    await again.stop();
    await expectEnd(host, 0, "rollback");
    await expectSysv(host);
  }
}
