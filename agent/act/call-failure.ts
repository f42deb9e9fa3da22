import type { Done } from "../model/acting.ts";

/** What an error of a system call that changes the host means, with its code. */
export function doneOf(error: unknown): Done {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ESRCH":
    case "ENOENT":
      return { kind: "gone" };
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return { kind: "denied", why: code };
    default: {
      const message = error instanceof Error ? error.message : String(error);
      return { kind: "failed", why: code === "" ? message : code };
    }
  }
}
