/** What one client may cost the web server. Times in milliseconds. */
export interface WebLimits {
  /** Bytes of a request's header section: a scraper sends some 300. */
  readonly headerBytes: number;
  /** From the connection to the end of the TLS handshake. */
  readonly handshakeMs: number;
  /** From the first byte of a request to the end of its header. */
  readonly headersMs: number;
  /** From the first byte of a request to its end. */
  readonly requestMs: number;
  /** How often the two limits above are enforced, so a slow client may take that much longer. */
  readonly checkEveryMs: number;
  /** How long a connection may rest between two requests. */
  readonly keepAliveMs: number;
  /** How long nothing may move on a connection while an answer is made or sent. */
  readonly idleMs: number;
  /** Connections at one time; more are closed at once. */
  readonly connections: number;
  /** How long running answers may take after `close` before they are cut. */
  readonly closeMs: number;
}

/**
 * Few and short: the readers are one or two scrapers and a person. A scraper that comes
 * every 15 s connects anew, a tenth of a millisecond on loopback, and no idle connection is
 * kept for it. `checkEveryMs` is a timer that wakes the process, hence not shorter.
 */
export const webLimits: WebLimits = {
  headerBytes: 8 * 1024,
  handshakeMs: 5_000,
  headersMs: 5_000,
  requestMs: 5_000,
  checkEveryMs: 5_000,
  keepAliveMs: 5_000,
  idleMs: 30_000,
  connections: 32,
  closeMs: 3_000,
};
