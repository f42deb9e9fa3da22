import { statSync } from "node:fs";
import type { Clock } from "../model/clock.ts";
import { text } from "../expose/answers.ts";
import { createBasicAuth, type PasswordMatcher } from "../expose/basic-auth.ts";
import { createTokenBucket, type TokenBucket } from "../expose/token-bucket.ts";
import type { WebRefusal, WebShield } from "../expose/web-shield.ts";
import { SettingsError } from "./settings-error.ts";
import { type LoadedWebConfig, loadWebConfig, webConfigTools } from "./web-config-files.ts";

/** What a shield is made of. */
export interface WebShieldParts {
  /** Absolute path of the web configuration. */
  readonly file: string;
  /** Where the server listens. */
  readonly host: string;
  readonly clock: Clock;
  readonly matches: PasswordMatcher;
  /** Something was loaded: at the start and after each change. */
  loaded(config: LoadedWebConfig): void;
  /** What stands there now cannot be used, the old stays; told once for each reason. */
  broken(reason: string): void;
  /** A change that only a server which listens anew can take. Nothing of the file is taken. */
  reshaped(): void;
  refused(why: WebRefusal): void;
  failed(error: unknown): void;
}

/** A shield whose files are looked at again when somebody comes. */
export interface FileShield extends WebShield {
  /** Looks now, whenever it looked last, and whether or not a file has changed. */
  reload(): void;
}

/** Between two looks whether a file has changed. */
const LOOK_EVERY_MS = 1_000;

/**
 * A shield out of a web configuration file. Rejects with a SettingsError when that cannot be used.
 *
 * Files are looked at when a connection comes, once a second at the most: stat follows symbolic
 * links, by which certbot and Kubernetes renew, it costs nothing while nobody asks, and the
 * connection that finds a new certificate already gets it.
 */
export async function createWebShield(parts: WebShieldParts): Promise<FileShield> {
  const { file, host, clock } = parts;
  const tools = await webConfigTools();
  let lookedMs = clock.monotonicMs();
  let current = load();
  let stamp = stampOf(current.files);
  let complaint: string | undefined;
  let bucket = bucketOf(current);
  const auth = createBasicAuth({ users: () => current.config.users, matches: parts.matches });
  parts.loaded(current);

  function load(): LoadedWebConfig {
    return loadWebConfig(file, host, clock.wallMs(), tools);
  }

  function bucketOf({ config }: LoadedWebConfig): TokenBucket | undefined {
    return config.rateLimit && createTokenBucket(config.rateLimit, clock.monotonicMs);
  }

  function reload(): void {
    lookedMs = clock.monotonicMs();
    const seen = stampOf(current.files);
    try {
      const next = load();
      if (shapeOf(next) !== shapeOf(current)) {
        parts.reshaped();
        return;
      }
      if (!sameRate(next, current)) bucket = bucketOf(next);
      // files that were not named before are as new as they are now
      stamp = next.files.join() === current.files.join() ? seen : stampOf(next.files);
      current = next;
      complaint = undefined;
      parts.loaded(next);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      if (error.message !== complaint) parts.broken(error.message);
      complaint = error.message;
    }
  }

  function refuse(why: WebRefusal, code: number, line: string, headers = {}) {
    parts.refused(why);
    return text(code, line, headers);
  }

  return {
    tls: () => current.terms,
    headers: () => current.config.headers,
    cut: parts.refused,
    reload,
    refresh() {
      if (clock.monotonicMs() - lookedMs < LOOK_EVERY_MS) return;
      lookedMs = clock.monotonicMs();
      if (complaint !== undefined || stampOf(current.files) !== stamp) reload();
    },
    async refusal(authorization) {
      if (bucket?.() === false) return refuse("rate", 429, "Too many requests.");
      if (current.config.users.size === 0) return undefined;
      try {
        const verdict = await auth.judge(authorization);
        if (verdict === "right") return undefined;
        if (verdict === "wrong") {
          const asks = { "WWW-Authenticate": 'Basic realm="onemaster", charset="UTF-8"' };
          return refuse("credentials", 401, "A name and its password are needed.", asks);
        }
      } catch (error) {
        parts.failed(error);
      }
      const later = { "Retry-After": "1" };
      return refuse("credentials", 503, "The password could not be checked now; try again.", later);
    },
  };
}

/** What a server has from its start: whether it speaks TLS, and what it asks of clients. */
function shapeOf({ config }: LoadedWebConfig): string {
  return config.tls?.clientAuth ?? "plain";
}

function sameRate({ config: one }: LoadedWebConfig, { config: other }: LoadedWebConfig): boolean {
  return JSON.stringify(one.rateLimit) === JSON.stringify(other.rateLimit);
}

/** Changes with every change of one of the files, symbolic links followed. */
function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      try {
        const stat = statSync(file, { bigint: true });
        return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(":");
      } catch (error) {
        // what became of it is told when it is read
        return error instanceof Error && "code" in error ? String(error.code) : "unknown";
      }
    })
    .join(" ");
}
