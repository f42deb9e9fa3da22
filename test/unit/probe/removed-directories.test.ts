import { once } from "node:events";
import { mkdirSync, renameSync, rmdirSync, statSync } from "node:fs";
import { spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFailureLog } from "../../../agent/probe/failures.ts";
import { createFiles } from "../../../agent/probe/files.ts";
import { procPaths } from "../../../agent/probe/paths.ts";
import { createPlaces } from "../../../agent/probe/places.ts";
import { temporaryFolder } from "./fake-proc.ts";
import { keyOf, listen, placeOf } from "./place-helpers.ts";

const absent = { kind: "absent" } as const;

describe("a working directory that was removed", () => {
  /** A real process that lives in a directory which is then removed. */
  async function inRemovedDirectory() {
    const folder = temporaryFolder();
    const cwd = `${folder}/release`;
    mkdirSync(cwd);
    const child = spawn("sleep", ["60"], { cwd, stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child, "spawn");
    const places = createPlaces(procPaths("/proc"), createFiles(createFailureLog()));
    return { cwd, pid: child.pid ?? 0, places };
  }

  it("is shown by the name it had and by what it is, and nothing can stand there", async () => {
    const { cwd, pid, places } = await inRemovedDirectory();
    const key = keyOf(cwd, "app.sock");
    const { dev, ino } = statSync(cwd);
    rmdirSync(cwd);
    expect(placeOf(places.boundBy(pid, "app.sock"))).toEqual({
      key,
      path: `${cwd} (deleted)/app.sock (directory ${dev}:${ino})`,
      reachablePath: `/proc/${pid}/cwd/app.sock`,
      state: absent,
    });
  });

  it("is another place than the one that was put there instead", async () => {
    const { cwd, pid, places } = await inRemovedDirectory();
    rmdirSync(cwd);
    mkdirSync(cwd);
    await listen(`${cwd}/app.sock`);
    const old = placeOf(places.boundBy(pid, "app.sock"));
    const now = places.ofPath(`${cwd}/app.sock`);
    expect(old.state).toEqual(absent);
    expect(now.state.kind).toBe("socket");
    expect(old.key).not.toBe(now.key);
    expect(old.path).not.toBe(now.path);
  });

  it("is the same place when it was only renamed", async () => {
    const { cwd, pid, places } = await inRemovedDirectory();
    renameSync(cwd, `${cwd}-old`);
    expect(placeOf(places.boundBy(pid, "app.sock"))).toMatchObject({
      key: keyOf(`${cwd}-old`, "app.sock"),
      path: `${cwd}-old/app.sock`,
    });
  });
});
