import { parseListeners } from "../parse/net-unix.ts";
import type { FailureLog } from "./failures.ts";
import type { Files } from "./files.ts";
import { knockAt } from "./knocker.ts";
import { basenameOf } from "./places.ts";

/**
 * What a quick look at a path finds: that nobody listens there, with what stands there instead, or
 * that it takes a full look to tell.
 */
export type FirstLook =
  | { readonly kind: "nobody"; readonly what: string }
  | { readonly kind: "look-closer" };

const lookCloser: FirstLook = { kind: "look-closer" };

/**
 * Tells the ordinary case, a path without a listener, by the kernel's tables and one connection,
 * without looking at any process. A listener keeps the last component of the name that it was
 * bound to for life, whatever becomes of its file. One that was renamed since is found by
 * connecting to the file; one that nothing leads to any more, of another name or in a network
 * namespace that is neither the caller's nor pid 1's, is not.
 */
export async function lookFirst(path: string, files: Files, log: FailureLog): Promise<FirstLook> {
  const rows = tables(files);
  if (rows === undefined) return lookCloser;
  const name = basenameOf(path);
  if (rows.some((row) => basenameOf(row.name) === name)) return lookCloser;
  const stat = files.stat(path);
  if (!stat.ok) {
    return stat.failure.kind === "gone" ? { kind: "nobody", what: "nothing listens" } : lookCloser;
  }
  if (!stat.value.isSocket()) return lookCloser;
  const knock = await knockAt(path, log);
  switch (knock?.kind) {
    case undefined:
      return { kind: "nobody", what: "nothing listens" };
    case "refused":
      return { kind: "nobody", what: "a socket file is left, and nothing listens at it" };
    case "answered":
    case "unheard":
      return lookCloser;
  }
}

/** Listener rows of the caller's network, and of the host's where that may be another one. */
function tables(files: Files): readonly { readonly name: string }[] | undefined {
  const own = files.bytes("/proc/self/net/unix");
  if (!own.ok) return undefined;
  const { rows } = parseListeners(own.value);
  const [self, init] = [files.link("/proc/self/ns/net"), files.link("/proc/1/ns/net")];
  if (self.ok && init.ok && self.value === init.value) return rows;
  // any user may read it; under hidepid pid 1 is not there
  const host = files.bytes("/proc/1/net/unix");
  return host.ok ? [...rows, ...parseListeners(host.value).rows] : rows;
}
