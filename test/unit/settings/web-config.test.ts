import { describe, expect, it } from "vitest";
import type { WebConfig } from "../../../agent/model/web-config.ts";
import { SettingsError } from "../../../agent/run/settings-error.ts";
import { parseWebConfig } from "../../../agent/run/web-config-document.ts";

const file = "/etc/onemaster/web.yml";
const hash = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG";
const nothing: WebConfig = {
  tls: undefined,
  headers: {},
  users: new Map(),
  rateLimit: undefined,
};
const pair = "cert_file: tls.crt, key_file: tls.key";
const plainTls = {
  cert: { kind: "file", path: "/etc/onemaster/tls.crt" },
  key: { kind: "file", path: "/etc/onemaster/tls.key" },
  clientCa: undefined,
  clientAuth: "NoClientCert",
  allowedSans: [],
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.3",
  ciphers: [],
  curves: [],
  serverChooses: true,
} as const;

describe("a web configuration", () => {
  it.each<[says: string, text: string, config: WebConfig]>([
    ["only comments", "# basic_auth_users:\n", nothing],
    ["sections whose lines are all comments", "tls_server_config:\nbasic_auth_users:\n", nothing],
    ["a certificate", `tls_server_config: { ${pair} }\n`, { ...nothing, tls: plainTls }],
    [
      "everything about TLS",
      `tls_server_config:
  cert_file: /srv//tls.crt
  key: "-----BEGIN PRIVATE KEY-----"
  client_ca_file: ../ca.crt
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [prometheus.example.org]
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  curve_preferences: [X25519, CurveP256]
  prefer_server_cipher_suites: false
`,
      {
        ...nothing,
        tls: {
          cert: { kind: "file", path: "/srv/tls.crt" },
          key: { kind: "inline", text: "-----BEGIN PRIVATE KEY-----" },
          clientCa: { kind: "file", path: "/etc/onemaster/../ca.crt" },
          clientAuth: "RequireAndVerifyClientCert",
          allowedSans: ["prometheus.example.org"],
          minVersion: "TLSv1.3",
          maxVersion: "TLSv1.3",
          ciphers: ["ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256"],
          curves: ["X25519", "P-256"],
          serverChooses: false,
        },
      },
    ],
    [
      "users, headers and a rate",
      `basic_auth_users: { prometheus: ${hash} }
http_server_config:
  http2: false
  headers: { X-Frame-Options: deny, Content-Security-Policy: "" }
rate_limit: { interval: 200ms, burst: 20 }
`,
      {
        ...nothing,
        users: new Map([["prometheus", hash]]),
        headers: { "X-Frame-Options": "deny" },
        rateLimit: { intervalMs: 200, burst: 20 },
      },
    ],
    ["no rate", "rate_limit: { interval: 0 }\n", nothing],
  ])("may hold %s", (_, text, config) => {
    expect(parseWebConfig(text, file)).toEqual(config);
  });

  it.each<[what: string, text: string, problems: readonly string[]]>([
    [
      "nothing at all",
      "\n",
      [": found an empty file; write tls_server_config or basic_auth_users"],
    ],
    [
      "unknown keys at every place",
      `tls_server_confg: {}
tls_server_config: { ${pair}, certfile: x }
http_server_config: { http3: true, headers: { X-Frame: deny } }
rate_limit: { bursts: 1 }
`,
      [
        ':1:1: tls_server_confg: unknown key; did you mean "tls_server_config"?',
        ':2:61: tls_server_config.certfile: unknown key; did you mean "cert_file"?',
        ":3:23: http_server_config.http3: unknown key; did you mean",
        ":3:47: http_server_config.headers.X-Frame: unknown key; known here: Content-Security-Policy",
        ':4:15: rate_limit.bursts: unknown key; did you mean "burst"?',
      ],
    ],
    ["HTTP/2", "http_server_config: { http2: true }\n", ["HTTP/2 is not spoken here: write false"]],
    [
      "a certificate without its key",
      "tls_server_config: { cert_file: tls.crt }\n",
      [":1:20: tls_server_config: found no key_file; write it, like key_file: tls.key"],
    ],
    [
      "two certificates",
      `tls_server_config: { ${pair}, cert: "-----BEGIN CERTIFICATE-----" }\n`,
      ["tls_server_config.cert: found beside cert_file; leave one of the two"],
    ],
    [
      "old TLS",
      `tls_server_config: { ${pair}, min_version: TLS10 }\n`,
      ['found "TLS10", which Node\'s OpenSSL does not speak; write TLS12 or TLS13'],
    ],
    [
      "versions the wrong way round",
      `tls_server_config: { ${pair}, min_version: TLS13, max_version: TLS12 }\n`,
      ['max_version: found "TLS12", which is below min_version; write TLS13'],
    ],
    [
      "suites and curves that cannot be had",
      `tls_server_config: { ${pair}, cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA, AES], curve_preferences: [X25519MLKEM768] }\n`,
      [
        'cipher_suites[0]: found "TLS_RSA_WITH_AES_128_CBC_SHA", which Go calls insecure; write one of TLS_AES',
        'cipher_suites[1]: found "AES"; write one of TLS_AES_128_GCM_SHA256, ',
        'curve_preferences[0]: found "X25519MLKEM768", which the OpenSSL of older Nodes does not have; ',
      ],
    ],
    [
      "an authority that nobody asks",
      `tls_server_config: { ${pair}, client_ca_file: ca.crt }\n`,
      ["client_ca_file: found while no client is asked for a certificate; set client_auth_type"],
    ],
    [
      "certificates that nobody can verify",
      `tls_server_config: { ${pair}, client_auth_type: RequireAndVerifyClientCert }\n`,
      ['found "RequireAndVerifyClientCert" and no authority to verify with; write client_ca_file'],
    ],
    [
      "names in certificates that nobody verifies",
      `tls_server_config: { ${pair}, client_auth_type: RequireAnyClientCert, client_allowed_sans: [x] }\n`,
      ["client_allowed_sans: found while certificates are not required and verified"],
    ],
    [
      "a hash that takes too long",
      `basic_auth_users: { a: ${hash.replace("$10$", "$20$")} }\n`,
      ["basic_auth_users.a: found a bcrypt hash of cost 20; write one of cost 4 to 15, like 10"],
    ],
    ["a number for a hash", "basic_auth_users: { a: 12345 }\n", ["a: found no bcrypt hash"]],
    ["a list of users", "basic_auth_users: [a]\n", ["found no map; write NAME: HASH lines"]],
    [
      "a header of two lines and one of another word",
      'http_server_config: { headers: { X-XSS-Protection: "1\\n2", X-Frame-Options: allow } }\n',
      [
        'X-XSS-Protection: found "1\\n2"; write a text of one line',
        'X-Frame-Options: found "allow"; write deny or sameorigin',
      ],
    ],
    [
      "a rate without a burst",
      "rate_limit: { interval: 1s }\n",
      ["rate_limit: found no burst; write how many may come at once"],
    ],
    [
      "a key that is none",
      'tls_server_config: { cert_file: tls.crt, key: "s3cret" }\n',
      [
        "tls_server_config.key: found no PEM text; write it as a block, from -----BEGIN to -----END",
      ],
    ],
  ])("must not hold %s", (_, text, problems) => {
    const told = problemsIn(text);
    expect(
      told.map((one, at) => (one.includes(problems[at] ?? "\0") ? problems[at] : one)),
    ).toEqual(problems);
    expect(told.join("\n")).not.toMatch(/12345|s3cret/);
  });
});

function problemsIn(text: string): readonly string[] {
  try {
    parseWebConfig(text, file);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}
