import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type TestFolder, testFolder } from "../support/folder.ts";
import { requestPort } from "../support/http.ts";
import { freePort } from "../support/port.ts";
import { startProgram } from "../support/program.ts";
import { waitFor } from "../support/wait.ts";
import { hashOf, serverCertificate, startWebAgent, tls } from "./web-support.ts";

/** A target as Prometheus tells of it. */
interface Target {
  readonly scrapePool: string;
  readonly health: string;
  readonly lastError: string;
}

/** Starts a Prometheus whose jobs scrape one port, each in its own way; gives its own port. */
async function startPrometheus(
  folder: TestFolder,
  target: number,
  jobs: Readonly<Record<string, object>>,
): Promise<number> {
  const port = await freePort();
  const config = folder.at("prometheus.yml");
  const scrape_configs = Object.entries(jobs).map(([job_name, more]) => ({
    job_name,
    scheme: "https",
    static_configs: [{ targets: [`localhost:${target}`] }],
    ...more,
  }));
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: "5s" }, scrape_configs }));
  const command = [
    "prometheus",
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder.at("data")}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  startProgram({ folder, command });
  return port;
}

test("Prometheus scrapes with tls_config and basic_auth", async () => {
  const folder = testFolder();
  const { ca, issue } = serverCertificate(folder);
  const { cert, key } = issue("prometheus", "DNS:prometheus.example.org");
  const agent = await startWebAgent(folder, {
    tls_server_config: {
      ...tls,
      client_auth_type: "RequireAndVerifyClientCert",
      client_ca_file: "ca.crt",
      client_allowed_sans: ["prometheus.example.org"],
    },
    basic_auth_users: { prometheus: hashOf("secret", 10) },
  });
  const tls_config = { ca_file: ca, cert_file: cert, key_file: key };
  const basic_auth = { username: "prometheus", password: "secret" };
  const port = await startPrometheus(folder, agent.port, {
    onemaster: { tls_config, basic_auth },
    "wrong-password": { tls_config, basic_auth: { ...basic_auth, password: "other" } },
    "no-certificate": { tls_config: { ca_file: ca }, basic_auth },
  });
  const targets = async (): Promise<readonly Target[]> => {
    const { body } = await requestPort(port, "/api/v1/targets");
    return (JSON.parse(body) as { data: { activeTargets: readonly Target[] } }).data.activeTargets;
  };
  const seen = await waitFor("a verdict on each target", async () => {
    const all = await targets();
    return all.length === 3 && all.every(({ health }) => health !== "unknown") && all;
  });
  expect(Object.fromEntries(seen.map(({ scrapePool, health }) => [scrapePool, health]))).toEqual({
    onemaster: "up",
    "wrong-password": "down",
    "no-certificate": "down",
  });
  const errorOf = (job: string) => seen.find(({ scrapePool }) => scrapePool === job)?.lastError;
  expect(errorOf("wrong-password")).toContain("401 Unauthorized");
  expect(errorOf("no-certificate")).toMatch(/certificate required|bad certificate|reset|EOF/);
  const { body } = await requestPort(port, "/api/v1/query?query=onemaster_build_info");
  expect(body).toContain('"job":"onemaster"');
});
