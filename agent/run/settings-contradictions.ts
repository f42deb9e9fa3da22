import { parseListenAddress } from "../parse/listen-address.ts";
import { joinPath } from "../parse/path-text.ts";
import { isLoopback } from "./settings-values.ts";

/** What is wrong at one place of a settings file; `at` are the keys and indexes that lead there. */
export interface Complaint {
  readonly at: readonly (string | number)[];
  readonly message: string;
}

function textAt(map: unknown, key: string): string | undefined {
  const found = entryAt(map, key);
  return typeof found === "string" ? found : undefined;
}

/**
 * What cannot all be meant, in the value of a whole file. Looks at it as it stands there, so that
 * it speaks even when other entries are wrong.
 */
export function contradictions(file: unknown): Complaint[] {
  return [
    ...socketContradictions(entryAt(file, "sockets")),
    ...alertmanagerContradictions(entryAt(file, "alertmanager")),
    ...webContradictions(entryAt(file, "web")),
    ...remediationContradictions(entryAt(file, "remediation"), entryAt(file, "sockets")),
  ];
}

/** What a map has under a key; undefined for what is no map. */
export function entryAt(map: unknown, key: string): unknown {
  return typeof map === "object" && map !== null ? Reflect.get(map, key) : undefined;
}

/** One way in, and authorities for those alone who show a certificate. */
function alertmanagerContradictions(alertmanager: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  const isSet = (key: string): boolean => (entryAt(alertmanager, key) ?? null) !== null;
  if (isSet("basic_auth") && isSet("bearer_token_file")) {
    const message = "found beside basic_auth; a request can carry one of them, so leave one";
    complaints.push({ at: ["alertmanager", "bearer_token_file"], message });
  }
  const urls = [entryAt(alertmanager, "url")].flat();
  const plain = urls.every((url) => typeof url === "string" && url.startsWith("http:"));
  if (isSet("ca_file") && plain) {
    const message = "found while no url begins with https:, so it would do nothing; remove it";
    complaints.push({ at: ["alertmanager", "ca_file"], message });
  }
  return complaints;
}

/** Whom other hosts can reach, they must not be able to ask without showing who they are. */
function webContradictions(web: unknown): Complaint[] {
  const listen = textAt(web, "listen");
  const address = listen === undefined ? undefined : parseListenAddress(listen);
  if (address === undefined || isLoopback(address.host)) return [];
  if (entryAt(web, "config_file") !== undefined && entryAt(web, "config_file") !== null) return [];
  const message =
    `found ${JSON.stringify(listen)}, which other hosts can reach, and no web.config_file with ` +
    `TLS and authentication; write one, or an address of this host alone: 127.0.0.1:${address.port}`;
  return [{ at: ["web", "listen"], message }];
}

/** A repair is an act, and without a mode nothing acts. */
function remediationContradictions(remediation: unknown, sockets: unknown): Complaint[] {
  const mode = entryAt(remediation, "mode");
  const isOff = mode === undefined || mode === "off";
  const at = ["remediation", "repair_pidfile"];
  if (entryAt(remediation, "repair_pidfile") !== true) return [];
  if (isOff) {
    const message =
      "found true while nothing is done (mode: off); set mode to dry-run or on as well";
    return [{ at, message }];
  }
  const named =
    Array.isArray(sockets) && sockets.some((socket) => textAt(socket, "pidfile") !== undefined);
  if (named) return [];
  const message = "found true, but no pidfile to repair; write sockets[].pidfile as well";
  return [{ at, message }];
}

/**
 * Entries of `sockets` that cannot both be meant: one path twice, or a pidfile that is the
 * socket. What is no text there is left to the schema.
 */
function socketContradictions(sockets: unknown): Complaint[] {
  if (!Array.isArray(sockets)) return [];
  const complaints: Complaint[] = [];
  const firstWith = new Map<string, number>();
  for (const [index, entry] of sockets.entries()) {
    const written = textAt(entry, "path");
    if (written === undefined) continue;
    const path = joinPath("/", written);
    const first = firstWith.get(path);
    if (first === undefined) {
      firstWith.set(path, index);
    } else {
      const message = `found ${JSON.stringify(written)} again; sockets[${first}] is this path already, so leave one`;
      complaints.push({ at: ["sockets", index, "path"], message });
    }
    const pidfile = textAt(entry, "pidfile");
    if (pidfile !== undefined && joinPath("/", pidfile) === path) {
      const message = `found ${JSON.stringify(pidfile)}, which is the socket; write the path of gunicorn's --pid file`;
      complaints.push({ at: ["sockets", index, "pidfile"], message });
    }
  }
  return complaints;
}
