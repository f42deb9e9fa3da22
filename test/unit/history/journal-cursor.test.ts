import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createCursorKeeper, loadCursor } from "../../../agent/history/journal-cursor.ts";
import type { ReadFailure } from "../../../agent/model/read.ts";
import { testFolder } from "../../support/folder.ts";
import { fakeClock } from "../run/fake-clock.ts";

function keeperIn(folder: string) {
  const clock = fakeClock();
  const failures: ReadFailure[] = [];
  const keeper = createCursorKeeper(folder, clock, (failure) => failures.push(failure));
  return { clock, failures, keeper };
}

describe("the saved place in the journal", () => {
  it("is none before the first one", () => {
    expect(loadCursor(testFolder().at("state"))).toEqual({ ok: true, value: undefined });
  });

  it("is on disk five seconds after it was to be kept, the newest only", () => {
    const state = testFolder().at("state");
    const { keeper, clock, failures } = keeperIn(state);
    keeper.keep("s=1");
    clock.pass(4_999);
    keeper.keep("s=2");
    expect(loadCursor(state)).toEqual({ ok: true, value: undefined });
    clock.pass(1);
    expect(loadCursor(state)).toEqual({ ok: true, value: "s=2" });
    expect(clock.waiting()).toBe(0);
    keeper.keep("s=3");
    clock.pass(5_000);
    expect(loadCursor(state)).toEqual({ ok: true, value: "s=3" });
    expect(readdirSync(state)).toEqual(["journal-cursor"]);
    expect(failures).toEqual([]);
  });

  it("is on disk at once when it is flushed", () => {
    const state = testFolder().at("state");
    const { keeper, clock } = keeperIn(state);
    expect(keeper.flush()).toBeUndefined();
    keeper.keep("s=1");
    expect(keeper.flush()).toBeUndefined();
    expect(clock.waiting()).toBe(0);
    expect(loadCursor(state)).toEqual({ ok: true, value: "s=1" });
  });

  it.each([
    ["empty", ""],
    ["of several lines", "s=1\ns=2\n"],
    ["binary", "\0\u0001\u0002"],
  ])("is malformed where the file is %s", (_, content) => {
    const { path, at } = testFolder();
    writeFileSync(at("journal-cursor"), content);
    expect(loadCursor(path)).toMatchObject({ ok: false, failure: { kind: "malformed" } });
  });

  it("is not read where something else stands there", () => {
    const { path, at } = testFolder();
    mkdirSync(at("journal-cursor"));
    expect(loadCursor(path)).toEqual({
      ok: false,
      failure: { kind: "failed", what: at("journal-cursor"), why: "EISDIR" },
    });
  });

  it("says once that it cannot be kept, and is kept as soon as it can", () => {
    const { at } = testFolder();
    const state = at("state");
    writeFileSync(state, "a file");
    const { keeper, clock, failures } = keeperIn(state);
    for (const cursor of ["s=1", "s=2"]) {
      keeper.keep(cursor);
      clock.pass(5_000);
    }
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ kind: "failed", what: at("state/journal-cursor") });
    expect(keeper.flush()).toMatchObject({ kind: "failed" });
    rmSync(state);
    keeper.keep("s=3");
    clock.pass(5_000);
    expect(readFileSync(at("state/journal-cursor"), "utf8")).toBe("s=3\n");
    expect(failures).toHaveLength(1);
  });
});
