import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { requestPort } from "../support/http.ts";
import { readMetrics } from "../support/metrics.ts";
import { freePort } from "../support/port.ts";
import { startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";
import { listen, onemaster, samples, shell } from "./support.ts";

test("node_exporter shows what status --textfile wrote", async () => {
  const folder = testFolder();
  const path = folder.at("app.sock");
  await listen(path);
  mkdirSync(folder.at("collected"));
  const file = folder.at("collected", "onemaster.prom");
  const config = folder.at("onemaster.yml");
  writeFileSync(config, JSON.stringify({ state_dir: folder.at("state") }));
  const port = await freePort();
  startProgram({
    folder,
    command: [
      "prometheus-node-exporter",
      "--collector.disable-defaults",
      "--collector.textfile",
      `--collector.textfile.directory=${folder.at("collected")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  });
  const typed = ["--config", config, "--socket", path, "status", "--textfile", file];
  const { exitCode, output } = await shell(`umask 077; $ONEMASTER ${typed.join(" ")}`);
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: "" });
  expect(readdirSync(folder.at("collected"))).toEqual(["onemaster.prom"]);
  expect((statSync(file).mode & 0o777).toString(8)).toBe("644");

  const page = await waitFor("node_exporter", async () => {
    const { status, body } = await requestPort(port, "/metrics");
    return status === 200 && readMetrics(body);
  });
  expect(samples(page, "onemaster_socket_verdict", "verdict")).toMatchObject({
    "one-master": 1,
    duplicate: 0,
  });
  expect(samples(page, "node_textfile_scrape_error")).toEqual({ node_textfile_scrape_error: 0 });
  const { onemaster_textfile_timestamp_seconds: at = 0 } = samples(
    page,
    "onemaster_textfile_timestamp_seconds",
  );
  expect(Math.abs(Date.now() / 1000 - at)).toBeLessThan(60);
  // what it found is written, whatever it is; the command succeeds as status does
  rmSync(path, { force: true });
  expect(await onemaster(typed)).toMatchObject({ exitCode: 0 });
  expect(readFileSync(file, "utf8")).toMatch(/^onemaster_socket_verdict\{.*"unreachable"\} 1$/m);
});

test("a file that cannot be written is told, and the old one stays", async () => {
  const folder = testFolder();
  const config = folder.at("onemaster.yml");
  writeFileSync(config, JSON.stringify({ state_dir: folder.at("state") }));
  mkdirSync(folder.at("taken.prom"));
  const gone = folder.at("none", "onemaster.prom");
  const run = (file: string) => onemaster(["--config", config, "status", "--textfile", file]);
  expect(await run(gone)).toEqual({
    exitCode: 70,
    stdout: "",
    stderr: `onemaster: ${gone} could not be written: its folder is not there; create it, or name the one that node_exporter reads\n`,
  });
  expect(await run(folder.at("taken.prom"))).toMatchObject({ exitCode: 70 });
  expect(readdirSync(folder.path).filter((name) => name.includes("prom"))).toEqual(["taken.prom"]);
});

test.for<[string, readonly string[], string]>([
  [
    "a name that node_exporter passes over",
    ["--textfile", "onemaster.txt"],
    '--textfile: "onemaster.txt" does not end in .prom',
  ],
  ["--json as well", ["--json", "--textfile", "x.prom"], "cannot be used with option '--json'"],
  ["--watch as well", ["--watch", "--textfile", "x.prom"], "cannot be used with option '--watch"],
])("--textfile with %s is wrong usage", async ([, options, message]) => {
  const { exitCode, stderr } = await onemaster(["status", ...options]);
  expect(exitCode).toBe(64);
  expect(stderr).toContain(message);
});
