import * as v from "valibot";
import {
  clientAuthTypes,
  type PemSource,
  type TlsConfig,
  type WebConfig,
} from "../model/web-config.ts";
import { mapOf } from "./settings-schema.ts";
import { foundText, oneOf, wholeNumber, yesOrNo } from "./settings-values.ts";
import {
  bcryptHash,
  cipherSuite,
  curve,
  fileIn,
  headerValue,
  http2,
  pemText,
  requestInterval,
  someText,
  tlsVersion,
} from "./web-config-values.ts";

/** The headers that may be set, with the values they may have; none: any. */
const headerNames = {
  "Content-Security-Policy": [],
  "X-Frame-Options": ["deny", "sameorigin"],
  "X-Content-Type-Options": ["nosniff"],
  "X-XSS-Protection": [],
  "Strict-Transport-Security": [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

function listOf<T>(entry: v.GenericSchema<unknown, T>, example: string) {
  return v.nullish(
    v.array(entry, ({ input }) => `${foundText(input)}; write a list, like [${example}]`),
    [],
  );
}

function headerEntries() {
  return Object.fromEntries(
    Object.entries(headerNames).map(([name, words]) => [name, v.nullish(headerValue(name, words))]),
  );
}

function tlsEntries(folder: string) {
  return {
    cert: v.nullish(pemText()),
    key: v.nullish(pemText()),
    client_ca: v.nullish(pemText()),
    cert_file: v.nullish(fileIn(folder)),
    key_file: v.nullish(fileIn(folder)),
    client_ca_file: v.nullish(fileIn(folder)),
    client_auth_type: v.nullish(oneOf(clientAuthTypes), "NoClientCert"),
    client_allowed_sans: listOf(someText("prometheus.example.org"), "prometheus.example.org"),
    min_version: v.nullish(tlsVersion(), "TLS12"),
    max_version: v.nullish(tlsVersion(), "TLS13"),
    cipher_suites: listOf(cipherSuite(), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    curve_preferences: listOf(curve(), "X25519"),
    prefer_server_cipher_suites: v.nullish(yesOrNo(), true),
  };
}

const httpEntries = {
  http2: v.nullish(http2()),
  headers: v.nullish(mapOf(headerEntries(), "X-Frame-Options: deny"), {}),
};

const limitEntries = {
  interval: v.nullish(requestInterval(), 0),
  burst: v.nullish(wholeNumber(1, 100_000, 20)),
};

// never the value: somebody may have written a password here
const noUsers = "found no map; write NAME: HASH lines, like prometheus: $2y$10$…";

const users = v.pipe(
  // v.record alone takes a list for a map
  v.custom<object>((input) => !Array.isArray(input), noUsers),
  v.record(v.string(), bcryptHash(), noUsers),
);

function topEntries(folder: string) {
  return {
    tls_server_config: v.nullish(mapOf(tlsEntries(folder), "cert_file: tls.crt")),
    http_server_config: v.nullish(mapOf(httpEntries, "headers: {}"), {}),
    basic_auth_users: v.nullish(users, {}),
    rate_limit: v.nullish(mapOf(limitEntries, "interval: 200ms"), {}),
  };
}

/**
 * A web configuration file in `folder` as a value in, a `WebConfig` out. Every issue's message says
 * what was found, unless that may be a secret, and what would be right.
 */
export function webConfigSchema(folder: string): v.GenericSchema<unknown, WebConfig> {
  return v.pipe(
    mapOf(topEntries(folder), "tls_server_config: { cert_file: tls.crt, key_file: tls.key }"),
    v.transform((file) => ({
      tls: tlsOf(file.tls_server_config ?? undefined),
      headers: filled(file.http_server_config.headers),
      users: new Map(Object.entries(file.basic_auth_users)),
      rateLimit:
        file.rate_limit.interval === 0
          ? undefined
          : { intervalMs: file.rate_limit.interval, burst: file.rate_limit.burst ?? 1 },
    })),
  );
}

type TlsEntries = v.InferOutput<v.ObjectSchema<ReturnType<typeof tlsEntries>, undefined>>;

function tlsOf(tls: TlsEntries | undefined): TlsConfig | undefined {
  if (tls === undefined) return undefined;
  const cert = pemOf(tls.cert_file, tls.cert);
  const key = pemOf(tls.key_file, tls.key);
  // the contradictions say so
  if (cert === undefined || key === undefined) return undefined;
  return {
    cert,
    key,
    clientCa: pemOf(tls.client_ca_file, tls.client_ca),
    clientAuth: tls.client_auth_type,
    allowedSans: tls.client_allowed_sans,
    minVersion: tls.min_version,
    maxVersion: tls.max_version,
    ciphers: tls.cipher_suites,
    curves: tls.curve_preferences,
    serverChooses: tls.prefer_server_cipher_suites,
  };
}

function pemOf(
  path: string | null | undefined,
  text: string | null | undefined,
): PemSource | undefined {
  if (path !== null && path !== undefined) return { kind: "file", path };
  return text === null || text === undefined ? undefined : { kind: "inline", text };
}

function filled(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === "string" && value !== "" ? [[name, value]] : [],
    ),
  );
}

/** The keys that each map of the file may have; those of `basic_auth_users` are names. */
export const webConfigKeys = {
  top: Object.keys(topEntries("/")),
  tls_server_config: Object.keys(tlsEntries("/")),
  http_server_config: Object.keys(httpEntries),
  headers: Object.keys(headerNames),
  rate_limit: Object.keys(limitEntries),
} as const;
