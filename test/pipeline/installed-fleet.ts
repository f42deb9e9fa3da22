import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { TestContext } from "vitest";
import type { TestFolder } from "../support/folder.ts";
import { waitFor } from "../support/wait.ts";
import { testHost } from "../systemd/host-fixture.ts";
import type { ContainerHost } from "../testbed/host.ts";
import { installPlatform, platform, startPlatform } from "../testbed/incident.ts";
import { installPackage, type PackageKind } from "../testbed/package.ts";
import type { Release } from "../testbed/test-host.ts";

/** A host on which the package was installed and that serves the platform with one master. */
export interface FleetHost {
  readonly host: ContainerHost;
  /** Where Prometheus scrapes it, which is its label `instance`. */
  readonly instance: string;
  /** Its label `cluster`. */
  readonly cluster: string;
}

/** Which host to start. */
export interface FleetHostOptions {
  readonly name: string;
  readonly cluster: string;
  readonly release: Release;
  readonly kind: PackageKind;
}

/** Who scrapes: its name, its password and the file that says what has signed the certificates. */
export interface Scraper {
  readonly username: string;
  readonly passwordFile: string;
  readonly caFile: string;
}

/** Makes an authority of its own, and a password, in the folder. */
export function makeScraper(folder: TestFolder): Scraper {
  openssl(
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2",
    "-subj",
    "/CN=authority",
    "-keyout",
    folder.at("ca.key"),
    "-out",
    folder.at("ca.pem"),
  );
  const passwordFile = folder.at("password");
  writeFileSync(passwordFile, password);
  return { username: "prometheus", passwordFile, caFile: folder.at("ca.pem") };
}

const password = "correct horse battery staple";
/** bcrypt of it, by `htpasswd -nbBC 10`. */
const passwordHash = "$2y$10$xuZsFDzswiH5EsLdkHQq3eTVbM0g3DH1wapPUUSN72rOPc7oftpaS";

/**
 * Starts a host, installs the platform and the package as a user would, and has it answer to other
 * hosts over TLS with a password, each with a certificate of its own.
 */
export async function startFleetHost(
  context: TestContext,
  folder: TestFolder,
  { name, cluster, release, kind }: FleetHostOptions,
): Promise<FleetHost> {
  const host = await testHost(context, { release, name });
  const address = host.address ?? "";
  await installPlatform(host, { holdMib: 10 });
  await startPlatform(host);
  await installPackage(host, kind);
  await host.write("/etc/onemaster/tls.crt", certificate(folder, name, address));
  await host.write("/etc/onemaster/tls.key", readFileSync(folder.at(`${name}.key`)), 0o640);
  const web = {
    tls_server_config: { cert_file: "tls.crt", key_file: "tls.key" },
    basic_auth_users: { prometheus: passwordHash },
  };
  await host.write("/etc/onemaster/web.yml", JSON.stringify(web), 0o640);
  await host.run("chgrp onemaster /etc/onemaster/tls.key /etc/onemaster/web.yml");
  // what stands outside is reached by way of this machine
  const outside = address.replace(/\d+$/, (last) => String(Number(last) - 1));
  await host.run(["ip", "route", "add", "default", "via", outside]);
  return { host, instance: `${address}:10709`, cluster };
}

/** Writes settings that name the platform, and waits until the agent has taken them. */
export async function settle(
  { host, instance }: FleetHost,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const settings = {
    sockets: [{ path: platform.socket, unit: platform.unit, pidfile: platform.pidfile }],
    web: { listen: instance, config_file: "/etc/onemaster/web.yml" },
    ...more,
  };
  // JSON is YAML
  await host.write("/etc/onemaster/onemaster.yml", JSON.stringify(settings));
  const curl = ["curl", "--silent", "--insecure", "--user", `prometheus:${password}`];
  await waitFor(
    `${host.name} to have taken its settings`,
    async () => {
      await host.run("systemctl reload onemaster.service");
      const { stdout } = await host.attempt([...curl, `https://${instance}/metrics`]);
      return stdout.includes("onemaster_settings_reload_success 1");
    },
    20_000,
  ).catch(async (error: unknown) => {
    const { stdout } = await host.attempt("journalctl --unit onemaster --no-pager --lines 20");
    throw new Error(`it said: ${stdout}`, { cause: error });
  });
}

/** When the socket file of a host was made, milliseconds since 1970: that is when it was bound. */
export async function boundAtMs({ host }: FleetHost): Promise<number> {
  const seconds = await host.run(["stat", "--format=%.W", platform.socket]);
  return Number(seconds) * 1_000;
}

function certificate(folder: TestFolder, name: string, address: string): Buffer {
  const [key, request, made] = [".key", ".csr", ".crt"].map((end) => folder.at(`${name}${end}`));
  openssl(
    "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes",
    "-subj",
    `/CN=${name}`,
    "-addext",
    `subjectAltName=IP:${address}`,
    "-keyout",
    `${key}`,
    "-out",
    `${request}`,
  );
  openssl(
    "x509 -req -days 2 -copy_extensions copy -CAcreateserial",
    "-in",
    `${request}`,
    "-out",
    `${made}`,
    "-CA",
    folder.at("ca.pem"),
    "-CAkey",
    folder.at("ca.key"),
  );
  return readFileSync(`${made}`);
}

function openssl(words: string, ...more: readonly string[]): void {
  execFileSync("openssl", [...words.split(" "), ...more], { stdio: "ignore" });
}
