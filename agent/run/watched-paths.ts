import type { Snapshot } from "../model/snapshot.ts";

/**
 * The paths whose changes matter: each socket and each pidfile, as the agent reaches them.
 * Names with bytes that are no UTF-8 cannot be watched and are left to the other scans.
 */
export function watchedPaths({ places, pidfiles }: Snapshot): readonly string[] {
  const sockets = places.map(({ reachablePath }) =>
    Buffer.from(reachablePath, "latin1").toString(),
  );
  return [...sockets, ...pidfiles.map(({ path }) => path)].filter(
    (path) => !path.includes("\ufffd"),
  );
}
