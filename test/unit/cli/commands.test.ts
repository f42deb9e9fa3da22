import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import { run } from "./fake-surroundings.ts";
import { duplicate, report, socket } from "./reports.ts";
import { settingsFiles } from "./settings-files.ts";

const files = settingsFiles();

const commands =
  "Commands: run, status, check, audit, history, incidents, remediate, gate, drill, cutover, config, completion";
const seeStatus = "See: onemaster status --help";

describe("a command line that cannot be meant", () => {
  it.each<[typed: string, stderr: string]>([
    [
      "chek",
      `onemaster: unknown command 'chek'; did you mean check?\n${commands}\nSee: onemaster --help\n`,
    ],
    ["frobnicate", `onemaster: unknown command 'frobnicate'\n${commands}\nSee: onemaster --help\n`],
    ["status --jsn", `onemaster: unknown option '--jsn'\n(Did you mean --json?)\n${seeStatus}\n`],
    [
      "status now",
      `onemaster: too many arguments for 'status'. Expected 0 arguments but got 1.\n${seeStatus}\n`,
    ],
    [
      "status --watch soon",
      `onemaster: option '--watch [duration]' argument 'soon' is invalid. Write a time from 100ms to 24h, like 2s.\n${seeStatus}\n`,
    ],
    [
      "status --watch 5",
      `onemaster: option '--watch [duration]' argument '5' is invalid. Write a time from 100ms to 24h, like 2s.\n${seeStatus}\n`,
    ],
    [
      "status --socket unix:/run/a.sock",
      "onemaster: option '--socket <path>' argument 'unix:/run/a.sock' is invalid. Write the path alone: /run/a.sock\nSee: onemaster --help\n",
    ],
    [
      "status --config",
      "onemaster: option '--config <file>' argument missing\nSee: onemaster --help\n",
    ],
    [
      "config chek",
      "onemaster: unknown command 'chek'\n(Did you mean check?)\nSee: onemaster config --help\n",
    ],
    [
      "remediate --yes --dry-run",
      "onemaster: --yes ends groups and --dry-run ends none; write one of them\n",
    ],
    [
      "remediate --reset-breaker --json",
      "onemaster: --reset-breaker stands alone; leave --json out, and write it in a second command\n",
    ],
    [
      "remediate --yse",
      "onemaster: unknown option '--yse'\n(Did you mean --yes?)\nSee: onemaster remediate --help\n",
    ],
    [
      "completion",
      "onemaster: missing required argument 'bash|zsh|fish'\nSee: onemaster completion --help\n",
    ],
    [
      "completion tcsh",
      "onemaster: command-argument value 'tcsh' is invalid for argument 'bash|zsh|fish'. Allowed choices are bash, zsh, fish.\nSee: onemaster completion --help\n",
    ],
  ])("%s exits 64 and says what would be right", async (typed, stderr) => {
    expect(await run(typed.split(" "))).toEqual({
      exitCode: 64,
      stdout: "",
      stderr,
      lookedWith: [],
      agents: [],
      slept: [],
    });
  });

  it("is unknown for check, whose exit codes are those of a plug-in", async () => {
    expect(await run(["--config", "x", "check", "--jsn"])).toMatchObject({
      exitCode: 3,
      stdout: "ONEMASTER UNKNOWN - unknown option '--jsn'\n",
      stderr:
        "onemaster: unknown option '--jsn'\n(Did you mean --json?)\nSee: onemaster check --help\n",
    });
  });
});

describe("what every command does", () => {
  it("prints its version", async () => {
    expect(await run(["--version"])).toMatchObject({
      exitCode: 0,
      stdout: "onemaster 0.0.0-dev\n",
      stderr: "",
    });
  });

  it.each([[["status"]], [["config", "show"]], [["run"]]])(
    "%s refuses broken settings with every problem",
    async (typed) => {
      const ran = await run([...typed, "--config", files.bad]);
      expect(ran).toMatchObject({ exitCode: 64, stdout: "", lookedWith: [], agents: [] });
      expect(ran.stderr).toBe(
        `${files.bad}:1:9: scan.intervall: unknown key; did you mean "interval"? Known here: interval, confirm_for, handover_limit, drain_limit\n` +
          `${files.bad}:2:6: web: found the number 1; write a map, like listen: 127.0.0.1:10709\n`,
      );
    },
  );

  it("replaces the sockets by those of --socket, keeping what the file says of them", async () => {
    const typed = [
      "status",
      "--config",
      files.good,
      "--socket",
      "./app.sock",
      "--socket",
      "/run/c.sock",
    ];
    const ran = await run(typed, { reports: [report([])] });
    expect(ran.lookedWith).toEqual([
      {
        ...defaultSettings,
        sockets: [
          { path: "/srv/shop/app.sock", unit: "shop.service", pidfile: undefined },
          { path: "/run/c.sock", unit: undefined, pidfile: undefined },
        ],
      },
    ]);
  });

  it("takes common options before the command too", async () => {
    const ran = await run(["--socket", "/run/c.sock", "status"], { reports: [report([])] });
    expect(ran.lookedWith[0]?.sockets.map(({ path }) => path)).toEqual(["/run/c.sock"]);
  });

  it("exits 70 with the stack when it fails itself", async () => {
    const ran = await run(["status"], { reports: [new Error("no /proc")] });
    expect(ran).toMatchObject({ exitCode: 70, stdout: "" });
    expect(ran.stderr).toMatch(/^onemaster: failed: no \/proc\nError: no \/proc\n {4}at /);
  });
});

describe("run", () => {
  it.each([[[]], [["run"]]])("is started by %j", async (typed) => {
    const ran = await run(typed, { terminal: true, agentExits: 7 });
    expect(ran).toMatchObject({ exitCode: 7, stdout: "", stderr: "" });
    expect(ran.agents).toEqual([
      {
        settings: defaultSettings,
        settingsPath: "/nonexistent/onemaster.yml",
        reloadSettings: expect.any(Function) as unknown,
        version: "0.0.0-dev",
        logFormat: undefined,
        stdoutIsTerminal: true,
        plainText: false,
      },
    ]);
  });

  it.each([
    [["run", "--log", "json"], "json"],
    [["run", "--log", "pretty"], "pretty"],
    [["run", "--log", "pretty", "--log", "json"], "json"],
  ])("%j asks for that log", async (typed, logFormat) => {
    expect((await run(typed)).agents).toMatchObject([{ logFormat }]);
  });

  it("refuses a log format that there is not", async () => {
    const ran = await run(["run", "--log", "xml"]);
    expect(ran).toMatchObject({ exitCode: 64, stdout: "", agents: [] });
    expect(ran.stderr).toContain("Allowed choices are json, pretty, journal.");
  });

  it("reads its settings again with the options it was started with", async () => {
    const file = join(files.folder, "reload.yml");
    writeFileSync(file, "scan: { interval: 20s }\n");
    const { agents } = await run(["--config", file, "--socket", "app.sock"]);
    writeFileSync(file, "scan: { interval: 25s }\n");
    expect(await agents[0]?.reloadSettings()).toEqual({
      ...defaultSettings,
      sockets: [{ path: "/srv/shop/app.sock", unit: undefined, pidfile: undefined }],
      scan: { ...defaultSettings.scan, intervalMs: 25_000 },
    });
    writeFileSync(file, "scan: 1\n");
    await expect(agents[0]?.reloadSettings()).rejects.toThrow("scan: found the number 1");
  });
});

describe("check", () => {
  it("prints its line and exits with its state", async () => {
    const ran = await run(["check"], { reports: [report([duplicate])] });
    expect(ran).toMatchObject({ exitCode: 2, stderr: "" });
    expect(ran.stdout).toMatch(/^ONEMASTER CRITICAL - duplicate: [^\n]* \| [^\n]*\n$/);
  });

  it("takes the warning for memory from the settings", async () => {
    const file = join(files.folder, "ratio.yml");
    writeFileSync(file, "memory: { orphan_warn_ratio: 0.5 }\n");
    const ran = await run(["check", "--config", file], { reports: [report([socket()])] });
    expect(ran.stdout).toContain(" orphan_reclaimable=0B;1073741824;;0 ");
  });

  it("prints the report as JSON and exits with its state", async () => {
    const saw = report([duplicate]);
    expect(await run(["check", "--json"], { reports: [saw] })).toMatchObject({
      exitCode: 2,
      stdout: `${JSON.stringify(saw, undefined, 2)}\n`,
    });
  });

  it("is unknown when it fails itself", async () => {
    const ran = await run(["check"], { reports: [new Error("no /proc\nat all")] });
    expect(ran).toMatchObject({
      exitCode: 3,
      stdout: "ONEMASTER UNKNOWN - onemaster itself failed: no /proc\n",
    });
    expect(ran.stderr).toContain("    at ");
  });

  it("is unknown when the settings are broken", async () => {
    expect(await run(["check", "--config", files.bad])).toMatchObject({
      exitCode: 3,
      stdout: `ONEMASTER UNKNOWN - settings: ${files.bad}:1:9: scan.intervall: unknown key; did you mean "interval"? Known here: interval, confirm_for, handover_limit, drain_limit (and 1 more)\n`,
    });
  });
});
