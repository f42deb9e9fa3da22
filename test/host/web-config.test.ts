import { once } from "node:events";
import { renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { waitFor } from "../support/wait.ts";
import {
  authority,
  curl,
  hashOf,
  serverCertificate,
  startWebAgent,
  tls,
  writeSettingsFor,
  writeWebConfig,
} from "./web-support.ts";

const users = { prometheus: hashOf("se:cret") };

test("answers over TLS whoever has the password, and nobody else on any path", async () => {
  const folder = testFolder();
  const { ca } = serverCertificate(folder);
  const agent = await startWebAgent(folder, { tls_server_config: tls, basic_auth_users: users });
  const right = await agent.curl("/metrics", "--cacert", ca, "-u", "prometheus:se:cret");
  expect(right).toMatchObject({ exitCode: 0, status: 200 });
  expect(right.body).toMatch(/^onemaster_web_config_reload_success 1$/m);
  expect(right.body).toMatch(/^onemaster_web_certificate_expiry_timestamp_seconds \d{10}$/m);
  const paths = ["/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/status", "/nowhere"];
  for (const path of paths) {
    for (const options of [[], ["-u", "prometheus:secret"], ["-u", "root:se:cret"]]) {
      const { status, headers } = await agent.curl(path, "--cacert", ca, ...options);
      expect({ path, options, status }).toEqual({ path, options, status: 401 });
      expect(headers).toMatch(/^WWW-Authenticate: Basic realm="onemaster"/m);
    }
  }
  const { body } = await agent.curl("/metrics", "--cacert", ca, "-u", "prometheus:se:cret");
  expect(body).toMatch(
    new RegExp(`^onemaster_web_refusals_total\\{reason="credentials"\\} ${paths.length * 3}$`, "m"),
  );
  expect(agent.log().map(({ msg }) => msg)).toContain(
    `watching; metrics https://127.0.0.1:${agent.port}/metrics, status https://127.0.0.1:${agent.port}/`,
  );
});

test("asks for the password without TLS as well, on loopback", async () => {
  const folder = testFolder();
  const agent = await startWebAgent(folder, { basic_auth_users: users });
  expect(await agent.curl("/-/healthy")).toMatchObject({ status: 401 });
  expect(await agent.curl("/-/healthy", "-u", "prometheus:se:cret")).toMatchObject({ status: 200 });
});

test("adds the headers, and tells who comes too often", async () => {
  const folder = testFolder();
  const headers = { "X-Frame-Options": "deny", "Strict-Transport-Security": "max-age=60" };
  const agent = await startWebAgent(folder, {
    http_server_config: { headers, http2: false },
    rate_limit: { interval: "1h", burst: 2 },
  });
  const first = await agent.curl("/-/healthy");
  expect(first.headers).toMatch(/^X-Frame-Options: deny\r$/m);
  expect(first.headers).toMatch(/^Strict-Transport-Security: max-age=60\r$/m);
  expect(await agent.curl("/-/healthy")).toMatchObject({ status: 200 });
  expect(await agent.curl("/-/healthy")).toMatchObject({ status: 429 });
});

test.for<[string, readonly string[], number]>([
  ["TLS 1.0", ["--tls-max", "1.0", "--tlsv1.0"], 35],
  ["TLS 1.1", ["--tls-max", "1.1", "--tlsv1.0"], 35],
  ["TLS 1.2", ["--tls-max", "1.2"], 0],
  ["TLS 1.3", ["--tlsv1.3"], 0],
  ["TLS 1.2 without forward secrecy", ["--tls-max", "1.2", "--ciphers", "AES128-SHA256"], 35],
  ["TLS without ALPN", ["--no-alpn"], 0],
])("a client that speaks %s (curl %j) ends with %i", async ([, options, exitCode]) => {
  const folder = testFolder();
  const { ca } = serverCertificate(folder);
  const agent = await startWebAgent(folder, { tls_server_config: tls });
  const low = ["--ciphers", "DEFAULT@SECLEVEL=0"];
  const all = options.includes("--ciphers") ? options : [...low, ...options];
  expect(await agent.curl("/-/healthy", "--cacert", ca, ...all)).toMatchObject({ exitCode });
});

test("speaks no TLS 1.3 where max_version says so, and the suites that are named", async () => {
  const folder = testFolder();
  const { ca } = serverCertificate(folder);
  const agent = await startWebAgent(folder, {
    tls_server_config: {
      ...tls,
      max_version: "TLS12",
      cipher_suites: ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"],
      curve_preferences: ["CurveP384"],
    },
  });
  const ask = (...options: string[]) => agent.curl("/-/healthy", "--cacert", ca, ...options);
  expect(await ask("--tlsv1.3")).toMatchObject({ exitCode: 35 });
  expect(await ask("--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256")).toMatchObject({ exitCode: 35 });
  expect(await ask("--curves", "X25519")).toMatchObject({ exitCode: 35 });
  expect(await ask()).toMatchObject({ exitCode: 0, status: 200 });
});

const shown = ["none", "self-made", "other name", "ours"] as const;

test.for<[string, object, readonly (typeof shown)[number][]]>([
  ["NoClientCert", {}, shown],
  ["RequestClientCert", {}, shown],
  ["RequireAnyClientCert", {}, ["self-made", "other name", "ours"]],
  ["VerifyClientCertIfGiven", { client_ca_file: "ca.crt" }, ["none", "other name", "ours"]],
  ["RequireAndVerifyClientCert", { client_ca_file: "ca.crt" }, ["other name", "ours"]],
  [
    "RequireAndVerifyClientCert",
    { client_ca_file: "ca.crt", client_allowed_sans: ["10.0.0.9", "prometheus.example.org"] },
    ["ours"],
  ],
])("%s with %j lets in %j", async ([client_auth_type, more, allowed]) => {
  const folder = testFolder();
  const own = serverCertificate(folder);
  const ours = own.issue("client", "DNS:prometheus.example.org,DNS:x");
  const other = own.issue("other", "DNS:example.org");
  const strange = authority(folder, "strange").issue("made", "DNS:prometheus.example.org");
  const certificates = { none: undefined, "self-made": strange, "other name": other, ours };
  const agent = await startWebAgent(folder, {
    tls_server_config: { ...tls, client_auth_type, ...more },
  });
  const answered: string[] = [];
  for (const name of shown) {
    const pair = certificates[name];
    const options = pair === undefined ? [] : ["--cert", pair.cert, "--key", pair.key];
    const { status } = await agent.curl("/-/healthy", "--cacert", own.ca, ...options);
    if (status === 200) answered.push(name);
  }
  expect(answered).toEqual(allowed);
});

test("takes a certificate that is renewed behind a symbolic link at the next connection", async () => {
  const folder = testFolder();
  const [first, second] = [authority(folder, "first"), authority(folder, "second")];
  first.issue("one", "DNS:localhost");
  second.issue("two", "DNS:localhost");
  for (const end of ["crt", "key"]) symlinkSync(`one.${end}`, folder.at(`tls.${end}`));
  const agent = await startWebAgent(folder, { tls_server_config: tls });
  const trusts = async ({ ca }: { ca: string }): Promise<boolean> =>
    (await agent.curl("/-/healthy", "--cacert", ca)).exitCode === 0;
  expect([await trusts(first), await trusts(second)]).toEqual([true, false]);

  const replace = (name: string, end: string): void => {
    symlinkSync(`${name}.${end}`, folder.at("new"));
    renameSync(folder.at("new"), folder.at(`tls.${end}`));
  };
  replace("two", "crt");
  // the key does not fit yet: the old pair stays
  await waitFor("the complaint", async () => {
    await trusts(first);
    return agent.log().some(({ msg }) => /not taken.*does not belong to the cert/.test(msg));
  });
  const { body } = await agent.curl("/metrics", "--cacert", first.ca);
  expect(body).toMatch(/^onemaster_web_config_reload_success 0$/m);
  replace("two", "key");
  await waitFor("the new certificate", () => trusts(second));
  const after = await agent.curl("/metrics", "--cacert", second.ca);
  expect(after.body).toMatch(/^onemaster_web_config_reload_success 1$/m);
  expect(agent.log().filter(({ msg }) => msg.includes("not taken"))).toHaveLength(1);
});

test("takes a new password without a restart, and keeps the old while the file is broken", async () => {
  const folder = testFolder();
  const agent = await startWebAgent(folder, { basic_auth_users: users });
  const may = async (password: string): Promise<boolean> =>
    (await agent.curl("/-/healthy", "-u", `prometheus:${password}`)).status === 200;
  expect(await may("se:cret")).toBe(true);
  writeFileSync(folder.at("web.yml"), "basic_auth_users: { prometheus: hunter2 }\n");
  await waitFor("the complaint", async () => {
    expect(await may("se:cret")).toBe(true);
    return agent.log().some(({ msg }) => msg.includes("found no bcrypt hash"));
  });
  expect(agent.log().some(({ msg }) => msg.includes("hunter2"))).toBe(false);
  writeWebConfig(folder, { basic_auth_users: { prometheus: hashOf("other") } });
  await waitFor("the new password", () => may("other"));
  expect(await may("se:cret")).toBe(false);
  rmSync(folder.at("web.yml"));
  agent.child.kill("SIGHUP");
  await waitFor("the complaint about the file", () =>
    agent.log().some(({ msg }) => msg.includes("found no such file; create it, or name another")),
  );
  expect(await may("other")).toBe(true);
});

test("listens anew when clients have to show certificates, or TLS is gone", async () => {
  const folder = testFolder();
  const { ca, issue } = serverCertificate(folder);
  const client = issue("client", "DNS:x");
  const agent = await startWebAgent(folder, { tls_server_config: tls });
  const status = async (...options: string[]): Promise<number> =>
    (await agent.curl("/-/healthy", "--cacert", ca, ...options)).status;
  expect(await status()).toBe(200);
  const strict = { client_auth_type: "RequireAndVerifyClientCert", client_ca_file: "ca.crt" };
  writeWebConfig(folder, { tls_server_config: { ...tls, ...strict } });
  await waitFor("the refusal", async () => (await status()) === 0);
  expect(await status("--cert", client.cert, "--key", client.key)).toBe(200);
  writeSettingsFor(folder, `127.0.0.1:${agent.port}`, null);
  agent.child.kill("SIGHUP");
  await waitFor("plain HTTP", async () => {
    const { status: plain } = await curl(`http://127.0.0.1:${agent.port}/-/healthy`);
    return plain === 200;
  });
});

test("listens where other hosts can reach it, with TLS and a password", async () => {
  const folder = testFolder();
  const { ca } = serverCertificate(folder);
  const config = { tls_server_config: tls, basic_auth_users: users };
  const agent = await startWebAgent(folder, config, { host: "0.0.0.0" });
  const { status } = await agent.curl("/-/ready", "--cacert", ca, "-u", "prometheus:se:cret");
  expect(status).toBe(200);
});

test("opens itself to other hosts at the same port, and stays where it was while it cannot", async () => {
  const folder = testFolder();
  serverCertificate(folder);
  const config = { tls_server_config: tls, basic_auth_users: users };
  const agent = await startWebAgent(folder, config);
  const elsewhere = (): ReturnType<typeof curl> =>
    curl(`https://127.0.0.2:${agent.port}/-/ready`, "--insecure", "-u", "prometheus:se:cret");
  const rival = createServer().listen(agent.port, "127.0.0.2");
  await once(rival, "listening");
  writeSettingsFor(folder, `0.0.0.0:${agent.port}`, folder.at("web.yml"));
  agent.child.kill("SIGHUP");
  await waitFor("the complaint", () => agent.log().some(({ msg }) => msg.includes("is in use")));
  const here = await agent.curl("/-/ready", "--insecure", "-u", "prometheus:se:cret");
  expect(here).toMatchObject({ status: 200 });
  rival.close();
  await once(rival, "close");
  agent.child.kill("SIGHUP");
  await waitFor("an answer at another address", async () => (await elsewhere()).status === 200);
  await waitFor("the line that says where", () => {
    const line = `listening on another address: https://0.0.0.0:${agent.port}`;
    return agent.log().some(({ msg }) => msg === line);
  });
});
