import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { testFolder, type TestFolder } from "../support/folder.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { checkout } from "./checkout.ts";
import { example } from "./examples.ts";
import { type PrometheusConfig, startPrometheus } from "./prometheus.ts";

beforeEach((context) => requireReal(context, "prometheus"));

const password = "correct horse";

describe("the examples of Prometheus", () => {
  test.each(["one-host", "fleet", "shard"])("%s.yml is sound to promtool", (name) => {
    const folder = folderOfFleet();
    const file = folder.at("prometheus.yml");
    writeFileSync(file, inFolder(`deploy/prometheus/${name}.yml`, folder));
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "config", file], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/SUCCESS: .* is valid prometheus config file syntax/);
  });

  test("one host takes three lines of a scrape and one of rules", () => {
    const lines = example("deploy/prometheus/one-host.yml").split("\n");
    const scrape = lines.slice(lines.findIndex((line) => line.includes("job_name")));
    expect(scrape.filter((line) => line.trim() !== "")).toHaveLength(3);
    const rules = lines.filter((line) => line.includes("rules.yml"));
    expect(rules).toHaveLength(1);
  });

  test("a fleet is asked over TLS with a password, each host with the cluster of its file", async () => {
    const folder = folderOfFleet();
    mkdirSync(folder.at("onemaster"));
    let targets = readFileSync(`${checkout}/deploy/prometheus/targets/eu1.yml`, "utf8");
    for (const [name] of targets.matchAll(/\S+\.example\.org:10709/g)) {
      targets = targets.replace(name, `127.0.0.1:${await secureAgent(folder)}`);
    }
    writeFileSync(folder.at("onemaster/eu1.yml"), targets);
    const config = parse(inFolder("deploy/prometheus/fleet.yml", folder)) as PrometheusConfig;
    const prometheus = await startPrometheus({
      folder,
      config: { ...config, alerting: {}, global: { scrape_interval: "1s", scrape_timeout: "1s" } },
    });
    const up = await waitFor(
      "three targets to be up",
      async () => {
        const found = await prometheus.query('up{job="onemaster"} == 1');
        return found.length === 3 && found;
      },
      30_000,
    ).catch(async (error: unknown) => {
      throw new Error(JSON.stringify(await prometheus.targets()), { cause: error });
    });
    const told = up.map(({ labels }) => `${labels["cluster"]} ${labels["ephemeral"] ?? "lasting"}`);
    expect(told.toSorted((one, other) => one.localeCompare(other))).toEqual([
      "eu1 lasting",
      "eu1 lasting",
      "eu1 true",
    ]);
    const [count] = await prometheus.query("count(onemaster_duplicate_confirmed) by (cluster)");
    expect(count).toEqual({ labels: { cluster: "eu1" }, value: 3 });
  });
});

/** A folder with what the example of a fleet expects in /etc/prometheus. */
function folderOfFleet(): TestFolder {
  const folder = testFolder();
  execFileSync(
    "openssl",
    [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(" "),
      "-subj",
      "/CN=agent",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      "-keyout",
      folder.at("key.pem"),
      "-out",
      folder.at("onemaster-ca.pem"),
    ],
    { stdio: "ignore" },
  );
  writeFileSync(folder.at("onemaster-password"), password);
  return folder;
}

function inFolder(path: string, folder: TestFolder): string {
  return example(path).replaceAll("/etc/prometheus/", `${folder.path}/`);
}

/** Serves a page over TLS to whoever knows the password, and gives its port. */
async function secureAgent(folder: TestFolder): Promise<number> {
  const wanted = `Basic ${Buffer.from(`prometheus:${password}`).toString("base64")}`;
  const server = createServer(
    { key: readFileSync(folder.at("key.pem")), cert: readFileSync(folder.at("onemaster-ca.pem")) },
    ({ headers }, outgoing) => {
      if (headers.authorization !== wanted) outgoing.writeHead(401).end();
      else outgoing.end('onemaster_duplicate_confirmed{socket="/run/shop.sock"} 0\n');
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
