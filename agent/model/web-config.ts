/** What is asked of a client beside its password, as Go's ClientAuthType names it. */
export const clientAuthTypes = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "RequireClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
] as const;

export type ClientAuthType = (typeof clientAuthTypes)[number];

/** Something in PEM: in a file, or written into the configuration itself. */
export type PemSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "inline"; readonly text: string };

/** A web configuration file as it was written, checked, paths absolute. */
export interface WebConfig {
  /** Undefined: plain HTTP. */
  readonly tls: TlsConfig | undefined;
  /** Added to every answer, by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user name; empty: nobody is asked for a password. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit: RateLimit | undefined;
}

/** How the server speaks TLS. */
export interface TlsConfig {
  readonly cert: PemSource;
  readonly key: PemSource;
  readonly clientCa: PemSource | undefined;
  readonly clientAuth: ClientAuthType;
  /** Empty: whoever has a good certificate may ask. */
  readonly allowedSans: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** OpenSSL's names, for TLS 1.2 and 1.3; empty: the default ones. */
  readonly ciphers: readonly string[];
  /** OpenSSL's names; empty: the default ones. */
  readonly curves: readonly string[];
  readonly serverChooses: boolean;
}

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** A token bucket for all clients together. */
export interface RateLimit {
  /** A request may come every so many milliseconds. */
  readonly intervalMs: number;
  /** So many may come at once. */
  readonly burst: number;
}
