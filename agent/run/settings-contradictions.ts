import { joinPath } from "../parse/path-text.ts";

/** What is wrong at one place of a settings file; `at` are the keys and indexes that lead there. */
export interface Complaint {
  readonly at: readonly (string | number)[];
  readonly message: string;
}

function textAt(map: unknown, key: string): string | undefined {
  if (typeof map !== "object" || map === null) return undefined;
  const found: unknown = Reflect.get(map, key);
  return typeof found === "string" ? found : undefined;
}

/**
 * Entries of `sockets` that cannot both be meant: one path twice, or a pidfile that is the
 * socket. Looks at the value as it stands in the file, so that it speaks even when other
 * entries are wrong; what is no text there is left to the schema.
 */
export function contradictions(sockets: unknown): Complaint[] {
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
