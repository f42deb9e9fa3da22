import { copyFileSync, unlinkSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { builtAgent, type Surroundings } from "../support/agent.ts";
import { type TestFolder, testFolder } from "../support/folder.ts";
import { gate, leftOver, passed } from "../support/gate.ts";
import { startGunicorn } from "../support/gunicorn.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** The gate as the user nobody, from a place where that user may read it. */
function asNobody(folder: TestFolder): Surroundings {
  const agentPath = folder.at("agent.mjs");
  copyFileSync(builtAgent, agentPath);
  const inside = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  return { inside, agentPath };
}

test("without rights it is refused who listens at the file, and nothing else", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const nobody = asNobody(folder);
  expect(await gate(path, nobody)).toEqual(passed("nothing listens"));
  const { master, workers } = await startGunicorn({ folder, extra: ["-m", "000"] });
  expect(await gate(path, nobody)).toEqual({
    exitCode: 1,
    says: expect.stringMatching(/^refuse: somebody listens at this very file, out of sight/),
    pids: [],
  });
  for (const id of [master, ...workers]) signal(id, "SIGKILL");
  await gone([master, ...workers]);
  expect(await gate(path, nobody)).toEqual(passed(leftOver));
});

test("without rights a stale master is not to be told from another: open, or --strict", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const nobody = asNobody(folder);
  await startGunicorn({ folder });
  unlinkSync(path);
  const unsure = expect.stringMatching(/^unsure: could not be told: which sockets gunicorn /);
  expect(await gate(path, nobody)).toEqual({ exitCode: 0, says: unsure, pids: [] });
  expect(await gate(path, nobody, "--strict")).toEqual({ exitCode: 3, says: unsure, pids: [] });
});

test("hidden processes do not hide who listens at the file", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const nobody = asNobody(folder);
  // an instance of its own: to remount /proc would hide the processes of the whole machine
  const hidden = [
    "unshare",
    "-m",
    "sh",
    "-c",
    'mount -t proc -o hidepid=2 proc /proc && exec "$@"',
    "-",
  ];
  await startGunicorn({ folder, extra: ["-m", "000"] });
  const inside = [...hidden, ...(nobody.inside ?? [])];
  expect(await gate(path, { ...nobody, inside })).toMatchObject({ exitCode: 1, pids: [] });
  expect(await gate(folder.at("free.sock"), { ...nobody, inside })).toEqual(
    passed("nothing listens"),
  );
});
