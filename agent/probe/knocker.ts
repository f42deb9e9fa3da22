import { connect } from "node:net";
import type { Knock, Place, SocketFile } from "../model/place.ts";
import type { BindingCache } from "./binding-cache.ts";
import type { FailureLog } from "./failures.ts";
import type { SocketTable } from "./socket-tables.ts";

/** Finds out whether somebody listens at files that no listener in sight is bound to. */
export interface Knocker {
  /** The places, those that had to be asked with what came of it. */
  knock(
    places: readonly Place[],
    tables: readonly SocketTable[],
    bindings: BindingCache,
  ): Promise<readonly Place[]>;
}

/** A connection that is closed at once costs a server little, but it does cost. */
const AGAIN_AFTER_MS = 60_000;
const PATIENCE_MS = 500;
/** sun_path of unix(7), without its closing NUL. */
const LONGEST_PATH_BYTES = 107;

/** A knocker that asks about one file at most once a minute; what fails is counted in `log`. */
export function createKnocker(log: FailureLog, monotonicMs: () => number): Knocker {
  let answers = new Map<string, { readonly atMs: number; readonly knock: Knock }>();

  async function ask(path: string, file: SocketFile): Promise<Knock | undefined> {
    const key = `${file.device}:${file.inode} ${path}`;
    const known = answers.get(key);
    if (known !== undefined && monotonicMs() - known.atMs < AGAIN_AFTER_MS) return known.knock;
    const knock = await knockAt(path, log);
    if (knock !== undefined) answers.set(key, { atMs: monotonicMs(), knock });
    return knock;
  }

  return {
    async knock(places, tables, bindings) {
      // without knowing what is bound to what, every path would have to be asked
      if (bindings.blind().length > 0) return places;
      const asked = new Set<string>();
      const heard: Place[] = [];
      for (const place of places) {
        const { state, reachablePath } = place;
        if (state.kind !== "socket" || isBound(state.file, tables, bindings)) {
          heard.push(place);
          continue;
        }
        asked.add(`${state.file.device}:${state.file.inode} ${reachablePath}`);
        const knock = await ask(reachablePath, state.file);
        heard.push(knock === undefined ? place : { ...place, state: { ...state, knock } });
      }
      answers = new Map([...answers].filter(([key]) => asked.has(key)));
      return heard;
    },
  };
}

function isBound(
  { inode }: SocketFile,
  tables: readonly SocketTable[],
  bindings: BindingCache,
): boolean {
  // the kernel tells the low 32 bits
  return tables.some(({ netns }) => bindings.boundTo(netns, inode % 2 ** 32).length > 0);
}

/**
 * What comes of connecting to a socket file, its path's bytes as latin1; undefined: it has left.
 * The connection is closed at once.
 */
export function knockAt(bytes: string, log: FailureLog): Promise<Knock | undefined> {
  const path = Buffer.from(bytes, "latin1").toString("utf8");
  if (Buffer.from(path, "utf8").toString("latin1") !== bytes) {
    return Promise.resolve({ kind: "unheard", why: "its name is no UTF-8" });
  }
  if (bytes.length > LONGEST_PATH_BYTES) {
    return Promise.resolve({ kind: "unheard", why: "its name is too long to connect to" });
  }
  return new Promise((resolve) => {
    const socket = connect({ path });
    const answered = (knock: Knock | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(knock);
    };
    const timer = setTimeout(
      () => answered({ kind: "unheard", why: `no answer in ${PATIENCE_MS} ms` }),
      PATIENCE_MS,
    );
    socket.once("connect", () => answered({ kind: "answered" }));
    socket.once("error", (error: NodeJS.ErrnoException) => answered(told(error, path, log)));
  });
}

function told(error: NodeJS.ErrnoException, path: string, log: FailureLog): Knock | undefined {
  const why = error.code ?? error.message;
  switch (why) {
    case "ECONNREFUSED":
      return { kind: "refused" };
    case "ENOENT":
      return undefined;
    // its queue is full, or it is a socket of another type: somebody is there
    case "EAGAIN":
    case "EPROTOTYPE":
      return { kind: "answered" };
    default: {
      const kind = why === "EACCES" || why === "EPERM" ? "denied" : "failed";
      log.count({ kind, what: `connect ${path}`, why });
      return { kind: "unheard", why };
    }
  }
}
