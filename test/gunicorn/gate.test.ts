import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { builtAgent, runAgent } from "../support/agent.ts";
import { subFolder, testFolder } from "../support/folder.ts";
import { gate, leftOver, passed } from "../support/gate.ts";
import { drains, type Gunicorn, heldListeners, startGunicorn } from "../support/gunicorn.ts";
import { heldRequest } from "../support/http.ts";
import { catchesLikeMaster, childrenOf, workersOf } from "../support/process.ts";
import { requireReal } from "../support/require-real.ts";
import { gone, signal } from "../support/signal.ts";
import { waitFor } from "../support/wait.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** A refusal because of these masters, in this order. */
function refused(...masters: readonly Gunicorn["master"][]) {
  return {
    exitCode: 1,
    says: expect.stringMatching(/^refuse: master \d+ .*a start would add a (second|third) master$/),
    pids: masters.map(({ pid }) => pid),
  };
}

test("nothing there, one that serves, a stale one beside it, nobody again", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  expect(await gate(path)).toEqual(passed("nothing listens"));
  const old = await startGunicorn({ folder, workers: 2 });
  expect(await gate(path)).toEqual(refused(old.master));
  const next = await startGunicorn({ folder });
  expect(await gate(path)).toEqual(refused(next.master, old.master));

  for (const { master, workers } of [old, next]) {
    for (const id of [master, ...workers]) signal(id, "SIGKILL");
    await gone([master, ...workers]);
  }
  expect(await gate(path)).toEqual(passed(leftOver));
});

test("a socket file that was removed: its master still listens", async () => {
  const folder = testFolder();
  const { master } = await startGunicorn({ folder });
  unlinkSync(folder.at("app.sock"));
  expect(await gate(folder.at("app.sock"))).toEqual(refused(master));
});

test("a socket file of another name, and one in another directory of the same name", async () => {
  const folder = testFolder();
  const { master } = await startGunicorn({ folder });
  renameSync(folder.at("app.sock"), folder.at("renamed.sock"));
  expect(await gate(folder.at("renamed.sock"))).toEqual(refused(master));
  renameSync(folder.at("renamed.sock"), folder.at("app.sock"));
  expect(await gate(subFolder(folder, "other").at("app.sock"))).toEqual(passed("nothing listens"));
});

test("a relative path and one through a symbolic link are the same socket", async () => {
  const folder = testFolder();
  const { master } = await startGunicorn({ folder });
  mkdirSync(folder.at("below"));
  symlinkSync(folder.path, folder.at("below", "link"));
  const within = { inside: ["env", "-C", folder.at("below")] };
  expect(await gate("link/app.sock", within)).toEqual(refused(master));
  expect(await gate("../app.sock", within)).toEqual(refused(master));
});

test("a mount namespace of its own: what is at the path there decides", async () => {
  const folder = testFolder();
  const run = folder.at("run");
  mkdirSync(run);
  const outside = await startGunicorn({ folder, bind: `unix:${run}/app.sock` });
  const apart = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', run];
  expect(await gate(`${run}/app.sock`)).toEqual(refused(outside.master));
  expect(await gate(`${run}/app.sock`, { inside: apart })).toEqual(passed("nothing listens"));
});

test("a network namespace of its own: a connection still tells", async () => {
  const folder = testFolder();
  const { master } = await startGunicorn({ folder });
  const apart = { inside: ["unshare", "-n", "--"] };
  expect(await gate(folder.at("app.sock"), apart)).toEqual(refused(master));
});

test("a master that drains is not in the way", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const { master } = await startGunicorn({ folder, ...drains });
  const held = await heldRequest(folder, path);
  signal(master, "SIGTERM");
  await waitFor("it to close its listener", () => heldListeners(master.pid).length === 0);
  expect(await gate(path)).toEqual(
    passed(`master ${master.pid} has closed its listener and only ends what it has begun`),
  );
  held.letGo();
  expect((await held.answer).status).toBe(200);
});

test("workers of a killed master are told, and not in the way", async () => {
  const folder = testFolder();
  const { master, workers } = await startGunicorn({ folder, timeoutSeconds: 3600 });
  signal(master, "SIGKILL");
  await gone([master]);
  const pids = workers.map(({ pid }) => pid).join(" ");
  expect(await gate(folder.at("app.sock"))).toEqual(
    passed(`workers ${pids} are left of a dead master, and no master listens`),
  );
});

test("amid a USR2 upgrade another start would be a third master; afterwards a second", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const old = await startGunicorn({ folder });
  signal(old.master, "SIGUSR2");
  const next = await waitFor("the successor", () =>
    childrenOf(old.master.pid).find(
      (child) =>
        catchesLikeMaster(child) &&
        heldListeners(child.pid).length > 0 &&
        workersOf(child).length > 0,
    ),
  );
  expect(await gate(path)).toEqual({
    ...refused(old.master, next),
    says: expect.stringContaining("takes over, by a USR2 upgrade: a start would add a third"),
  });
  signal(old.master, "SIGQUIT");
  await gone([old.master, ...old.workers]);
  expect(await gate(path)).toEqual(refused(next));
});

test("the new master of a USR2 upgrade may ask for itself", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  // gunicorn starts its successor with the interpreter that runs it: this one asks the gate first
  const asks = folder.at("said");
  const config = folder.at("conf.py");
  writeFileSync(
    config,
    "import os, subprocess\n" +
      "def on_starting(server):\n" +
      "    if 'GUNICORN_PID' not in os.environ: return\n" +
      `    ran = subprocess.run([${JSON.stringify(process.execPath)}, ${JSON.stringify(builtAgent)}, ` +
      `"gate", "--socket", ${JSON.stringify(path)}], capture_output=True, text=True)\n` +
      `    open(${JSON.stringify(asks)}, "w").write(f"{ran.returncode} {ran.stderr}")\n`,
  );
  const old = await startGunicorn({ folder, extra: ["-c", config] });
  signal(old.master, "SIGUSR2");
  const said = await waitFor("the gate's answer", () =>
    existsSync(asks) && readFileSync(asks, "utf8").endsWith("\n")
      ? readFileSync(asks, "utf8")
      : undefined,
  );
  expect(said).toBe(
    `0 onemaster gate: pass: ${path}: this is the USR2 upgrade of master ${old.master.pid}, ` +
      "which hands its listener on\n",
  );
});

test("a row that somebody forged refuses no start", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const forges = [
    "python3",
    "-c",
    "import os, socket, subprocess, sys\n" +
      "s = socket.socket(socket.AF_UNIX)\n" +
      'row = "0000000000000000: 00000002 00000000 00010000 0001 01 7777777 " + sys.argv[1]\n' +
      's.bind("\\0x\\n" + row); s.listen()\n' +
      "os.set_inheritable(s.fileno(), True)\n" +
      "sys.exit(subprocess.run(sys.argv[2:]).returncode)",
    path,
  ];
  expect(await gate(path, { inside: forges })).toEqual(passed("nothing listens"));
});

test("says it in at most two lines on stderr, and nothing on stdout", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  const { master } = await startGunicorn({ folder });
  expect(await runAgent(["gate", "--socket", path])).toEqual({
    exitCode: 1,
    stdout: "",
    stderr:
      `onemaster gate: REFUSED: ${path}: master ${master.pid} (2 processes, in no unit) serves ` +
      "it: a start would add a second master\n" +
      `onemaster gate: to clear it: kill -TERM ${master.pid} and wait until it has gone\n`,
  });
  expect((await runAgent(["gate"])).exitCode).toBe(64);
});
