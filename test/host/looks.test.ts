import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, onTestFinished, test } from "vitest";
import { builtAgent, check, status } from "../support/agent.ts";
import { type TestFolder, testFolder } from "../support/folder.ts";
import { requireReal } from "../support/require-real.ts";
import { asNobody, listen, onemaster, shell } from "./support.ts";

/** What `status` and `check` say of one path. */
async function look(path: string) {
  const [report, checked] = await Promise.all([
    status(["--socket", path]),
    check(["--socket", path]),
  ]);
  const [socket] = report.sockets;
  return {
    sockets: report.sockets.length,
    path: socket?.path,
    verdict: socket?.verdict,
    messages: socket?.findings.map(({ message }) => message),
    masters: socket?.groups.map(({ role, master }) => [role, master?.pid]),
    checkExit: checked.exitCode,
  };
}

const noMaster = { sockets: 1, verdict: "no-master", masters: [], checkExit: 2 };

test.for<[string, (folder: TestFolder) => string, string]>([
  ["where nothing stands", (folder) => folder.at("app.sock"), "does not exist"],
  [
    "in a folder that does not exist",
    (folder) => folder.at("missing", "app.sock"),
    "does not exist",
  ],
  [
    "that is a folder",
    (folder) => {
      mkdirSync(folder.at("app.sock"));
      return folder.at("app.sock");
    },
    "is a directory, not a socket",
  ],
  [
    "that is a file",
    (folder) => {
      writeFileSync(folder.at("app.sock"), "");
      return folder.at("app.sock");
    },
    "is a regular file, not a socket",
  ],
])("a path %s has no master, which is critical", async ([, make, why]) => {
  const path = make(testFolder());
  expect(await look(path)).toEqual({
    ...noMaster,
    path,
    messages: [`nothing listens: ${path} ${why}`],
  });
});

test("a path that cannot be looked at is unknown, not missing", async () => {
  const folder = testFolder();
  symlinkSync("loop", folder.at("loop"));
  expect(await look(folder.at("loop"))).toMatchObject({ verdict: "unknown", checkExit: 3 });
});

test.for([
  ["an ordinary name", "app.sock"],
  ["a name with blanks", "my app.sock"],
  ["a name that is no ASCII", "größe \u{1d11e}.sock"],
] as const)(
  "a server that is no gunicorn is one master by its lineage, at %s",
  async ([, name], context) => {
    requireReal(context, "ss");
    const path = testFolder().at(name);
    await listen(path);
    expect(await look(path)).toEqual({
      sockets: 1,
      path,
      verdict: "one-master",
      messages: [],
      masters: [["serving", process.pid]],
      checkExit: 0,
    });
  },
);

test("a relative path is taken from the working directory", async () => {
  const folder = testFolder();
  const { output } = await shell(
    `cd ${folder.path} && $ONEMASTER status --json --socket ./app.sock`,
  );
  const { sockets } = JSON.parse(output) as { sockets: readonly { path: string }[] };
  expect(sockets.map(({ path }) => path)).toEqual([folder.at("app.sock")]);
});

test("status --json is what the schema says, for paths of every kind", async () => {
  const schema: unknown = JSON.parse(
    readFileSync(new URL("../../deploy/status.schema.json", import.meta.url), "utf8"),
  );
  if (typeof schema !== "object" || schema === null) throw new Error("the schema is no object");
  const validate = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(
    schema,
  );
  const folder = testFolder();
  await listen(folder.at("app.sock"));
  symlinkSync("loop", folder.at("loop"));
  const paths = ["app.sock", "missing.sock", "loop"].flatMap((name) => [
    "--socket",
    folder.at(name),
  ]);
  for (const asked of [paths, []]) {
    const report = await status(asked);
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
  }
});

test("a pidfile that is a pipe does not hold up a look", async () => {
  const folder = testFolder();
  const pidfile = folder.at("gunicorn.pid");
  execFileSync("mkfifo", [pidfile]);
  const config = folder.at("onemaster.yml");
  writeFileSync(config, JSON.stringify({ sockets: [{ path: folder.at("app.sock"), pidfile }] }));
  const { sockets, blind } = await status(["--config", config]);
  expect(sockets.map((socket) => socket.pidfile)).toEqual([
    { path: pidfile, pid: null, names: "unreadable" },
  ]);
  expect(blind).toContainEqual({ what: "pidfile", reason: `${pidfile}: not a regular file` });
});

test("an agent without rights says so of another user's server, and of a hidden folder", async (context) => {
  requireReal(context, "root");
  const folder = testFolder();
  const nobody = asNobody(folder);
  mkdirSync(folder.at("hidden"), { mode: 0o700 });
  const path = folder.at("hidden", "app.sock");
  await listen(path);
  const checked = await check(["--socket", path], nobody);
  expect(checked.exitCode).toBe(3);
  expect(checked.stdout).toMatch(/^ONEMASTER UNKNOWN - /);
  const { verdict, sockets } = await status(["--socket", path], nobody);
  expect([verdict, sockets.map((socket) => socket.masters)]).toEqual(["unknown", [null]]);
});

test.for([
  ["status", "$ONEMASTER status"],
  ["status --json", "$ONEMASTER status --json"],
  ["check", "$ONEMASTER check"],
  ["--help", "$ONEMASTER --help"],
] as const)("a reader that goes away is no failure of %s", async ([, command]) => {
  const { output } = await shell(
    `set -o pipefail; ${command} | head -c0; echo "\${PIPESTATUS[0]}"`,
  );
  const lines = output.trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(["0", "1", "2", "3"]).toContain(lines[0]);
});

test("status --watch ends at its next line once its reader has gone", async () => {
  const path = testFolder().at("app.sock");
  const typed = ["status", "--json", "--watch", "100ms", "--socket", path];
  const child = spawn(process.execPath, [builtAgent, ...typed], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  expect(line.toString()).toMatch(/^\{"schema":1,.*"verdict":"no-master".*\}\n$/);
  child.stdout.destroy();
  const ended = once(child, "exit");
  await listen(path);
  expect(await ended).toEqual([0, null]);
});

test("colour is for terminals alone", async () => {
  const path = testFolder().at("app.sock");
  const { stdout } = await onemaster(["status", "--socket", path]);
  expect(stdout).toContain("NO-MASTER");
  expect(stdout).not.toContain("\u001B");
});
