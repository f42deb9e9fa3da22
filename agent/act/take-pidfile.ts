import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  unlinkSync,
} from "node:fs";
import { doneOf } from "./call-failure.ts";
import { reach } from "./reach.ts";

/** What became of a pidfile. `kept`: its pid is to stay named. `left`: it is no plain pidfile. */
export type PidfileTaken =
  | { readonly kind: "removed" | "gone" | "kept" }
  | { readonly kind: "left"; readonly why: string };

/** The largest pid has seven digits; a line end follows. */
const LONGEST_BYTES = 8;

/**
 * Removes a pidfile whose pid may go. Only a regular file with one name and nothing but a pid in
 * it, in a folder that nobody but root can have led elsewhere: whoever starts a gunicorn says
 * what its pidfile is called. Never throws.
 */
export function takePidfile(path: string, mayGo: (pid: number) => boolean): PidfileTaken {
  const reached = reach(path);
  if (reached.kind === "gone") return { kind: "gone" };
  if (reached.kind === "refused") return { kind: "left", why: reached.why };
  const { folder, name } = reached;
  try {
    const read = pidIn(folder.at(name));
    if (typeof read === "string") return { kind: "left", why: `${path} ${read}` };
    if (!mayGo(read.pid)) return { kind: "kept" };
    const now = lstatSync(folder.at(name));
    if (now.ino !== read.file.ino || now.dev !== read.file.dev) {
      return { kind: "left", why: `${path} was replaced meanwhile` };
    }
    unlinkSync(folder.at(name));
    return { kind: "removed" };
  } catch (error) {
    const done = doneOf(error);
    if (done.kind === "gone") return { kind: "gone" };
    return { kind: "left", why: `${path}: ${done.kind === "done" ? "" : done.why}` };
  } finally {
    folder.close();
  }
}

function pidIn(at: string): { readonly pid: number; readonly file: Stats } | string {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const file = fstatSync(descriptor);
    if (!file.isFile()) return "is no regular file";
    if (file.nlink !== 1) return `has ${file.nlink} names`;
    const buffer = Buffer.alloc(LONGEST_BYTES + 1);
    const text = buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, buffer.length, 0));
    if (!/^\d{1,7}\n?$/.test(text)) return "has something else than a pid in it";
    return { pid: Number(text), file };
  } finally {
    closeSync(descriptor);
  }
}
