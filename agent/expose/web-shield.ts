import type { SecureContextOptions } from "node:tls";
import type { ClientAuthType } from "../model/web-config.ts";
import type { Answer } from "./answers.ts";

/** How a server speaks TLS, and with whom. */
export interface TlsTerms {
  /** Certificate, key, authorities, versions, ciphers and curves: known to fit. */
  readonly context: SecureContextOptions;
  readonly clientAuth: ClientAuthType;
  /** Empty: whoever has a good certificate may ask. */
  readonly allowedSans: readonly string[];
}

/**
 * Why a client had no answer, or none but a refusal. Few, for the page has to stay small.
 * `credentials`: a password or certificate is missing, wrong, or could not be checked for the many
 * that wait; `handshake`: TLS did not come about, or not in time; `rate`: too many requests.
 */
export type WebRefusal = "credentials" | "handshake" | "rate";

/** What stands between the clients and the answers. */
export interface WebShield {
  /** Undefined: plain HTTP. Whether it is does not change, and `clientAuth` does not either. */
  tls(): TlsTerms | undefined;
  /** Called at each new connection: what the other methods say may be new after it. */
  refresh(): void;
  /** Added to every answer. */
  headers(): Readonly<Record<string, string>>;
  /** The refusal of a request with this Authorization header; undefined: it may be answered. */
  refusal(authorization: string | undefined): Promise<Answer | undefined>;
  /** Counts a connection that was cut before it could ask. */
  cut(why: Exclude<WebRefusal, "rate">): void;
}
