import type { KeyObject, X509Certificate } from "node:crypto";
import { statSync } from "node:fs";
import type { SecureContext, SecureContextOptions } from "node:tls";
import type { PemSource, TlsConfig, WebConfig } from "../model/web-config.ts";
import type { TlsTerms } from "../expose/web-shield.ts";
import { SettingsError } from "./settings-error.ts";
import { readSettingsText } from "./settings-source.ts";
import { isLoopback } from "./settings-values.ts";
import { parseWebConfig } from "./web-config-document.ts";
import {
  certificatesIn,
  type PemTools,
  privateKeyIn,
  readPem,
  reasonOf,
  refusePem,
} from "./web-config-pem.ts";

/** A web configuration with all the files that it names, found good. */
export interface LoadedWebConfig {
  readonly config: WebConfig;
  readonly terms: TlsTerms | undefined;
  /** The end of the certificate's validity, milliseconds since 1970. */
  readonly expiresMs: number | undefined;
  /** What is not wrong, but should not be so either: whole sentences. */
  readonly warnings: readonly string[];
  /** Every file that was read, the configuration itself first. */
  readonly files: readonly string[];
}

/** What Node brings for this; handed in, so that it is loaded only where there is such a file. */
export interface WebConfigTools extends PemTools {
  readonly createSecureContext: (options: SecureContextOptions) => SecureContext;
}

/** Loads what `loadWebConfig` works with. */
export async function webConfigTools(): Promise<WebConfigTools> {
  const { createPrivateKey, X509Certificate: Certificate } = await import("node:crypto");
  const { createSecureContext } = await import("node:tls");
  return { createPrivateKey, createSecureContext, X509Certificate: Certificate };
}

/**
 * Reads the web configuration in `file`, an absolute path, for a server that listens on `host`, and
 * all that it names. Throws a SettingsError when any of it cannot be used.
 */
export function loadWebConfig(
  file: string,
  host: string,
  nowMs: number,
  tools: WebConfigTools,
): LoadedWebConfig {
  const text = readSettingsText({ path: file, mustExist: true, nameAnother: "web.config_file" });
  const config = parseWebConfig(text ?? "", file);
  refuseOpenDoors(config, file, host);
  const { tls } = config;
  const secret = config.users.size > 0 || tls?.key.kind === "inline";
  const own = secret ? readableWarnings(file, "holds secrets") : [];
  if (tls === undefined) {
    return { config, terms: undefined, expiresMs: undefined, warnings: own, files: [file] };
  }
  const { terms, leaf, warnings } = loadTls(tls, file, nowMs, tools);
  const named = [tls.cert, tls.key, tls.clientCa].flatMap((source) =>
    source?.kind === "file" ? source.path : [],
  );
  return {
    config,
    terms,
    expiresMs: Date.parse(leaf.validTo),
    warnings: [...own, ...warnings],
    files: [file, ...named],
  };
}

/** Whom other hosts can reach, they must not be able to ask without showing who they are. */
function refuseOpenDoors({ tls, users }: WebConfig, file: string, host: string): void {
  if (isLoopback(host)) return;
  const listens = `web.listen is ${host}, which other hosts can reach`;
  if (tls === undefined) {
    throw new SettingsError([
      `${file}: ${listens}, and there is no TLS; write tls_server_config with cert_file and ` +
        "key_file, or listen on 127.0.0.1",
    ]);
  }
  if (users.size === 0 && tls.clientAuth !== "RequireAndVerifyClientCert") {
    throw new SettingsError([
      `${file}: ${listens}, and nobody has to show who he is; write basic_auth_users, or ` +
        "client_auth_type: RequireAndVerifyClientCert, or listen on 127.0.0.1",
    ]);
  }
}

function keyName(name: "cert" | "key" | "client_ca", { kind }: PemSource): string {
  return kind === "file" ? `${name}_file` : name;
}

function whereOf(source: PemSource): string {
  return source.kind === "file" ? source.path : "what is written here";
}

function loadTls(
  tls: TlsConfig,
  file: string,
  nowMs: number,
  tools: WebConfigTools,
): { terms: TlsTerms; leaf: X509Certificate; warnings: readonly string[] } {
  const certPlace = { file, key: keyName("cert", tls.cert) };
  const keyPlace = { file, key: keyName("key", tls.key) };
  const cert = readPem(tls.cert, certPlace);
  const [leaf] = certificatesIn(cert, whereOf(tls.cert), certPlace, tools);
  const key = readPem(tls.key, keyPlace);
  const privateKey = privateKeyIn(key, whereOf(tls.key), keyPlace, tools);
  if (leaf === undefined || !fits(leaf, privateKey)) {
    const message = `${whereOf(tls.key)} does not belong to the certificate in ${whereOf(tls.cert)}; write the key that it was made with`;
    return refusePem(keyPlace, message);
  }
  const ca = loadAuthorities(tls, file, tools);
  const context: SecureContextOptions = {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: tls.minVersion,
    maxVersion: tls.maxVersion,
    ciphers: cipherList(tls.ciphers),
    ...(tls.curves.length === 0 ? {} : { ecdhCurve: tls.curves.join(":") }),
    honorCipherOrder: tls.serverChooses,
  };
  try {
    tools.createSecureContext(context);
  } catch (error) {
    throw new SettingsError([
      `${file}: tls_server_config: OpenSSL refuses it (${reasonOf(error)}); write another ` +
        "certificate, cipher or curve",
    ]);
  }
  const { clientAuth, allowedSans } = tls;
  const readable =
    tls.key.kind === "file" ? readableWarnings(tls.key.path, "is the private key") : [];
  return {
    terms: { context, clientAuth, allowedSans },
    leaf,
    warnings: [...readable, ...validityWarnings(leaf, whereOf(tls.cert), nowMs)],
  };
}

function loadAuthorities(
  { clientCa }: TlsConfig,
  file: string,
  tools: WebConfigTools,
): string | undefined {
  if (clientCa === undefined) return undefined;
  const place = { file, key: keyName("client_ca", clientCa) };
  const ca = readPem(clientCa, place);
  certificatesIn(ca, whereOf(clientCa), place, tools);
  return ca;
}

function fits(leaf: X509Certificate, key: KeyObject): boolean {
  try {
    return leaf.checkPrivateKey(key);
  } catch {
    return false; // keys of another kind than the certificate's
  }
}

const tls13 = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];
const tls12 = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"];

/**
 * As in Go, the suites of TLS 1.3 are not to be chosen: Node would switch TLS 1.3 off where none
 * of them is named. Without a list: what has forward secrecy and authenticated encryption.
 */
function cipherList(chosen: readonly string[]): string {
  const defaults = tls12.flatMap((suite) => [`ECDHE-ECDSA-${suite}`, `ECDHE-RSA-${suite}`]);
  const older = chosen.filter((name) => !name.startsWith("TLS_"));
  return [...tls13, ...(chosen.length === 0 ? defaults : older)].join(":");
}

function readableWarnings(path: string, what: string): readonly string[] {
  const { mode } = statSync(path);
  if ((mode & 0o004) === 0) return [];
  return [`${path} ${what} and every user of this host may read it; chmod 640 ${path}`];
}

function validityWarnings(
  { validFrom, validTo }: X509Certificate,
  where: string,
  nowMs: number,
): readonly string[] {
  if (Date.parse(validTo) < nowMs)
    return [`the certificate in ${where} ended ${validTo}; renew it`];
  if (Date.parse(validFrom) > nowMs) {
    return [`the certificate in ${where} is not valid before ${validFrom}`];
  }
  return [];
}
