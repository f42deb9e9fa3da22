import { execFileSync } from "node:child_process";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type TestFolder, testFolder } from "../support/folder.ts";
import { onemaster } from "./support.ts";
import {
  authority,
  hashOf,
  refusedAtStart,
  serverCertificate,
  tls,
  writeSettingsFor,
  writeWebConfig,
} from "./web-support.ts";

const loopback = "127.0.0.1:0";
const users = { prometheus: hashOf("secret") };

test.for<[string, (folder: TestFolder) => void, string]>([
  [
    "no certificate",
    (folder) => rmSync(folder.at("tls.crt")),
    "tls_server_config.cert_file: $/tls.crt: found no such file; create it, or name another with cert_file",
  ],
  [
    "a directory for a key",
    (folder) => writeWebConfig(folder, { tls_server_config: { ...tls, key_file: "leases" } }),
    "tls_server_config.key_file: $/leases: found a directory; write the path of a file",
  ],
  [
    "the key of another certificate",
    (folder) => {
      authority(folder).issue("strange", "DNS:x");
      useKey(folder, "strange.key");
    },
    "tls_server_config.key_file: $/strange.key does not belong to the certificate in $/tls.crt; write the key that it was made with",
  ],
  [
    "a key with a passphrase",
    (folder) => {
      const made = ["-out", folder.at("closed.key"), "-aes256", "-pass", "pass:x"];
      execFileSync("openssl", ["genpkey", "-algorithm", "ed25519", ...made], { stdio: "ignore" });
      useKey(folder, "closed.key");
    },
    "tls_server_config.key_file: $/closed.key has a passphrase, which nobody can type here; remove it",
  ],
  [
    "a certificate where the key should be",
    (folder) => useKey(folder, "tls.crt"),
    "tls_server_config.key_file: $/tls.crt holds no private key that can be read (",
  ],
  [
    "a certificate that is not PEM",
    (folder) => {
      const der = ["-in", folder.at("tls.crt"), "-outform", "der", "-out", folder.at("new")];
      execFileSync("openssl", ["x509", ...der]);
      writeWebConfig(folder, { tls_server_config: { ...tls, cert_file: "new" } });
    },
    "tls_server_config.cert_file: $/new holds no certificate; write one in PEM, from -----BEGIN CERTIFICATE-----",
  ],
  [
    "an authority that is broken",
    (folder) => {
      writeFileSync(
        folder.at("ca.crt"),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      );
      const strict = { client_auth_type: "RequireAndVerifyClientCert", client_ca_file: "ca.crt" };
      writeWebConfig(folder, { tls_server_config: { ...tls, ...strict } });
    },
    "tls_server_config.client_ca_file: $/ca.crt is broken (",
  ],
  [
    "a password where a hash should be",
    (folder) => writeWebConfig(folder, { basic_auth_users: { prometheus: "hunter2" } }),
    "1:35: basic_auth_users.prometheus: found no bcrypt hash ($2a$, $2b$ or $2y$); write one, as `htpasswd -nBC 10 USER` prints it after the colon",
  ],
  [
    "a key that nobody knows",
    (folder) => writeFileSync(folder.at("web.yml"), "basic_auth_user: {}\n"),
    '1:1: basic_auth_user: unknown key; did you mean "basic_auth_users"? Known here: tls_server_config, http_server_config, basic_auth_users, rate_limit',
  ],
])("%s is refused by run and config check, with exit 64", async ([, spoil, message]) => {
  const folder = testFolder();
  serverCertificate(folder);
  writeWebConfig(folder, { tls_server_config: tls });
  spoil(folder);
  for (const { exitCode, stdout, stderr } of await refusedAtStart(folder, loopback)) {
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    const start = `${folder.at("web.yml")}:${/^\d/.test(message) ? "" : " "}`;
    expect(stderr).toContain((start + message).replaceAll("$/", `${folder.path}/`));
    expect(stderr).not.toContain("hunter2");
  }
});

function useKey(folder: TestFolder, key_file: string): void {
  writeWebConfig(folder, { tls_server_config: { ...tls, key_file } });
}

test.for<[string, object, string]>([
  ["no TLS", { basic_auth_users: users }, "and there is no TLS; write tls_server_config"],
  [
    "no password",
    { tls_server_config: tls },
    "and nobody has to show who he is; write basic_auth_",
  ],
  [
    "certificates that nobody verifies",
    { tls_server_config: { ...tls, client_auth_type: "RequireAnyClientCert" } },
    "and nobody has to show who he is; write basic_auth_users, or client_auth_type: Require",
  ],
])("an address that others can reach and %s is refused", async ([, config, message]) => {
  const folder = testFolder();
  serverCertificate(folder);
  writeWebConfig(folder, config);
  for (const { exitCode, stderr } of await refusedAtStart(folder, "0.0.0.0:0")) {
    expect(exitCode).toBe(64);
    expect(stderr).toContain(
      `${folder.at("web.yml")}: web.listen is 0.0.0.0, which other hosts can reach, ${message}`,
    );
  }
});

test("a key that everybody may read is warned of, and is valid", async () => {
  const folder = testFolder();
  serverCertificate(folder);
  chmodSync(folder.at("tls.key"), 0o644);
  const settings = writeSettingsFor(
    folder,
    loopback,
    writeWebConfig(folder, { tls_server_config: tls }),
  );
  expect(await onemaster(["config", "check", settings])).toEqual({
    exitCode: 0,
    stdout: `${settings}: valid\n`,
    stderr: `warning: ${folder.at("tls.key")} is the private key and every user of this host may read it; chmod 640 ${folder.at("tls.key")}\n`,
  });
});
