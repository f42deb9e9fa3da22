import { execFileSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileWith, folder, listening, nobody, post, serving } from "./alertmanager-servers.ts";

describe("what lets a push in", () => {
  it("is a name and a password, read anew each time", async () => {
    const { url, asked } = await serving((_, response) => response.end());
    const passwordFile = fileWith("secret\n");
    const access = { ...nobody, basicAuth: { username: "agent", passwordFile } };
    await post(url, access);
    writeFileSync(passwordFile, "other");
    await post(url, access);
    const sent = asked.map(({ request }) => request.headers.authorization?.split(" ")[1] ?? "");
    expect(sent.map((text) => Buffer.from(text, "base64").toString())).toEqual([
      "agent:secret",
      "agent:other",
    ]);
  });

  it("is a token", async () => {
    const { url, asked } = await serving((_, response) => response.end());
    await post(url, { ...nobody, bearerTokenFile: fileWith("abc.def\n") });
    expect(asked[0]?.request.headers.authorization).toBe("Bearer abc.def");
  });

  it.each<[holds: string, make: () => string, why: string]>([
    ["is missing", () => "/no/such/file", "ENOENT"],
    ["is empty", () => fileWith(" \n"), "it is empty"],
    ["is a folder", folder, "not a regular file"],
    ["holds two lines", () => fileWith("abc\ndef"), "not one token of printable characters"],
    ["has no end", () => fileWith("x".repeat(1_100_000)), "longer than 1048576 bytes"],
    [
      "is a device",
      () => {
        const path = join(folder(), "link");
        symlinkSync("/dev/zero", path);
        return path;
      },
      "not a regular file",
    ],
  ])("is not sent from a file that %s, and its content is not told", async (_, make, why) => {
    const { url, asked } = await serving((__, response) => response.end());
    const bearerTokenFile = make();
    expect(await post(url, { ...nobody, bearerTokenFile })).toMatchObject({
      ok: false,
      kind: "credentials",
      reason: `${bearerTokenFile} could not be used: ${why}`,
    });
    expect(asked).toEqual([]);
  });

  it("is asked for by https, and goes to nobody who does not show a certificate for it", async () => {
    const at = folder();
    const caFile = join(at, "cert.pem");
    // no primes are looked for, which may take a busy machine seconds
    const curve = "ec -pkeyopt ec_paramgen_curve:prime256v1";
    const parameters = [
      ...`req -x509 -newkey ${curve} -nodes -days 2 -subj /CN=localhost`.split(" "),
      "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1",
      "-keyout",
      join(at, "key.pem"),
      "-out",
      caFile,
    ];
    execFileSync("openssl", parameters, { stdio: "ignore" });
    const server = createTlsServer(
      { key: readFileSync(join(at, "key.pem")), cert: readFileSync(caFile) },
      (_, response) => response.end(),
    );
    onTestFinished(() => server.closeAllConnections());
    const url = `https://127.0.0.1:${await listening(server)}`;
    expect(await post(url, { ...nobody, caFile })).toMatchObject({ ok: true });
    expect(await post(url)).toMatchObject({ ok: false, kind: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(await post(url, { ...nobody, caFile: fileWith("no certificate") })).toMatchObject({
      ok: false,
    });
    expect(await post(url.replace("https", "http"))).toMatchObject({ ok: false });
  });
});
