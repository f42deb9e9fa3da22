import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../../agent/model/settings-defaults.ts";
import { run } from "./fake-surroundings.ts";
import { settingsFiles } from "./settings-files.ts";

const files = settingsFiles();

describe("config", () => {
  it.each<[what: string, typed: () => string[], exitCode: number, stdout: string, stderr: string]>([
    ["a good file", () => ["config", "check", files.good], 0, "FOLDER/good.yml: valid\n", ""],
    [
      "the file of --config",
      () => ["config", "check", "--config", files.good],
      0,
      "FOLDER/good.yml: valid\n",
      "",
    ],
    [
      "no default file",
      () => ["config", "check"],
      0,
      "/nonexistent/onemaster.yml: not there, so the defaults hold\n",
      "",
    ],
    [
      "a file that is not there",
      () => ["config", "check", join(files.folder, "no.yml")],
      64,
      "",
      "FOLDER/no.yml: found no such file; create it, or name another with --config FILE\n",
    ],
    [
      "a bad file",
      () => ["config", "check", files.bad],
      64,
      "",
      'FOLDER/bad.yml:1:9: scan.intervall: unknown key; did you mean "interval"? Known here: interval, confirm_for, handover_limit, drain_limit\n' +
        "FOLDER/bad.yml:2:6: web: found the number 1; write a map, like listen: 127.0.0.1:10709\n",
    ],
  ])("check judges %s", async (_, typed, exitCode, stdout, stderr) => {
    expect(await run(typed())).toMatchObject({
      exitCode,
      stdout: stdout.replaceAll("FOLDER", files.folder),
      stderr: stderr.replaceAll("FOLDER", files.folder),
    });
  });

  it("check answers as JSON", async () => {
    const ran = await run(["config", "check", "--json", files.bad]);
    expect(ran).toMatchObject({ exitCode: 64, stderr: "" });
    expect(JSON.parse(ran.stdout)).toEqual({
      file: files.bad,
      valid: false,
      problems: [expect.stringContaining("scan.intervall"), expect.stringContaining("web:")],
      warnings: [],
    });
  });

  it("show prints what holds as a settings file", async () => {
    const ran = await run(["config", "show", "--config", files.good, "--socket", "app.sock"]);
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(ran.stdout).toMatch(
      /^sockets:\n {2}- path: \/srv\/shop\/app\.sock\n {4}unit: shop\.service\nmemory:\n/,
    );
  });

  it("show prints JSON in which nothing is left out", async () => {
    const ran = await run(["config", "show", "--json"]);
    expect(JSON.parse(ran.stdout)).toEqual({
      ...defaultSettings,
      web: { ...defaultSettings.web, configFile: null },
      memory: { budgetBytes: null, orphanWarnRatio: 0.1 },
      alertmanager: {
        ...defaultSettings.alertmanager,
        access: { basicAuth: null, bearerTokenFile: null, caFile: null },
      },
    });
  });
});
