import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { freePort } from "../support/port.ts";
import { onemaster, writeSettings } from "./support.ts";

test.for<[string, string, string]>([
  [
    "a key that is not known",
    "scna:\n  interval: 15s\n",
    '1:1: "scna": found an unknown key; did you mean "scan"?',
  ],
  ["a value that is none", "scan: { interval: soon }\n", "1:19: "],
  ["text that is no YAML", "sockets: [\n", ":"],
  ["a relative path", "sockets:\n  - path: app.sock\n", "2:11: "],
])("a settings file with %s is refused by every command", async ([, text, start]) => {
  const folder = testFolder();
  const config = folder.at("onemaster.yml");
  writeFileSync(config, text);
  for (const command of [["status"], ["run"], ["config", "show"], ["config", "check"]]) {
    const { exitCode, stdout, stderr } = await onemaster(["--config", config, ...command]);
    expect({ command, exitCode, stdout }).toEqual({ command, exitCode: 64, stdout: "" });
    expect(stderr.startsWith(`${config}:`)).toBe(true);
    expect(stderr).toContain(start.split('"')[0]);
  }
  const checked = await onemaster(["--config", config, "check"]);
  expect(checked.exitCode).toBe(3);
  expect(checked.stdout).toMatch(/^ONEMASTER UNKNOWN - settings: .*\n$/);
});

test.for<[string, (path: string) => void, string]>([
  ["missing", () => undefined, "found no such file; create it, or name another with --config FILE"],
  ["a folder", (path) => mkdirSync(path), "found a directory; write the path of a file"],
  ["a pipe", (path) => execFileSync("mkfifo", [path]), "found a pipe; write the path of a file"],
])("a settings file that is %s is told, and exits 64", async ([, make, why]) => {
  const folder = testFolder();
  const config = folder.at("onemaster.yml");
  make(config);
  expect(await onemaster(["--config", config, "status"])).toEqual({
    exitCode: 64,
    stdout: "",
    stderr: `${config}: ${why}\n`,
  });
});

test("what config show prints is a settings file that says the same", async () => {
  const folder = testFolder();
  const config = folder.at("onemaster.yml");
  writeFileSync(
    config,
    `sockets:
  - path: "/run/größe/a b.sock"
    unit: app.service
    pidfile: /run/app.pid
memory: { budget: 2GiB, orphan_warn_ratio: 0.25 }
scan: { interval: 1m, confirm_for: 1500ms, handover_limit: 1h, drain_limit: 90s }
web: { listen: "[::1]:1234" }
journal: { enabled: false }
state_dir: /srv/state
`,
  );
  const first = await onemaster(["--config", config, "config", "show"]);
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  const copy = folder.at("copy.yml");
  writeFileSync(copy, first.stdout);
  const second = await onemaster(["--config", copy, "config", "show"]);
  expect(second).toEqual(first);
  const [asJson, copyAsJson] = await Promise.all(
    [config, copy].map((file) => onemaster(["--config", file, "config", "show", "--json"])),
  );
  expect(copyAsJson).toEqual(asJson);
  expect(JSON.parse(asJson?.stdout ?? "")).toMatchObject({
    sockets: [{ path: "/run/größe/a b.sock", unit: "app.service", pidfile: "/run/app.pid" }],
    memory: { budgetBytes: 2 ** 31, orphanWarnRatio: 0.25 },
    scan: {
      intervalMs: 60_000,
      confirmForMs: 1_500,
      handoverLimitMs: 3_600_000,
      drainLimitMs: 90_000,
    },
    web: { host: "::1", port: 1234 },
    journal: { enabled: false },
    stateDir: "/srv/state",
  });
  expect(await onemaster(["config", "check", copy])).toEqual({
    exitCode: 0,
    stdout: `${copy}: valid\n`,
    stderr: "",
  });
});

test("a port in use is told with the address, and exits 70", async () => {
  const folder = testFolder();
  const port = await freePort();
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  try {
    const config = folder.at("onemaster.yml");
    writeSettings(config, port, {});
    const { exitCode, stdout, stderr } = await onemaster(["--config", config, "run"]);
    expect({ exitCode, stdout, first: stderr.split("\n")[0] }).toEqual({
      exitCode: 70,
      stdout: "",
      first: `onemaster: failed: 127.0.0.1:${port} is in use by another process (another onemaster?); set web.listen to a free address`,
    });
  } finally {
    server.close();
  }
});
