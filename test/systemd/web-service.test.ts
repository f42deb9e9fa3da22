import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { hashSync } from "bcryptjs";
import { describe, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { waitFor } from "../support/wait.ts";
import { releases } from "../testbed/test-host.ts";
import { incidentHost } from "./support-incident.ts";

const unit = "onemaster.service";

describe.concurrent.each(releases)("the service with a web configuration on %s", (release) => {
  test("reads root's key, and checks a password within its limits", async (context) => {
    const folder = testFolder();
    const [key, crt] = [folder.at("tls.key"), folder.at("tls.crt")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const names = ["-subj", "/CN=x", "-addext", "subjectAltName=DNS:localhost"];
    execFileSync("openssl", ["req", "-x509", ...curve, "-keyout", key, "-out", crt, ...names], {
      stdio: "ignore",
    });
    const { host } = await incidentHost(context, release, { agent: false, inFlight: 0 });
    await host.write("/etc/onemaster/tls.key", readFileSync(key), 0o600);
    await host.write("/etc/onemaster/tls.crt", readFileSync(crt));
    const config = {
      tls_server_config: { cert_file: "tls.crt", key_file: "tls.key" },
      basic_auth_users: { prometheus: hashSync("secret", 10) },
    };
    await host.write("/etc/onemaster/web.yml", JSON.stringify(config), 0o600);
    const web = { listen: "0.0.0.0:10709", config_file: "/etc/onemaster/web.yml" };
    await host.write("/etc/onemaster/onemaster.yml", JSON.stringify({ web }));
    for (const [file, path] of [
      ["onemaster.sysusers", "/usr/lib/sysusers.d/onemaster.conf"],
      ["onemaster.service", `/etc/systemd/system/${unit}`],
    ] as const) {
      const content = readFileSync(new URL(`../../deploy/systemd/${file}`, import.meta.url));
      await host.write(path, content);
    }
    await host.run(`systemd-sysusers; systemctl daemon-reload; systemctl start ${unit}`);
    const ask = async (password: string): Promise<string> => {
      const asked = ["--cacert", "/etc/onemaster/tls.crt", "-u", `prometheus:${password}`];
      const said = ["-s", "-o", "/dev/null", "-w", "%{http_code}"];
      const url = "https://localhost:10709/metrics";
      return (await host.attempt(["curl", ...said, ...asked, url])).stdout;
    };
    await waitFor("an answer", async () => (await ask("secret")) === "200", 60_000);
    expect(await ask("other")).toBe("401");
  });
});
