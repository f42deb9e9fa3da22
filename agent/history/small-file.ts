import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Read, ReadFailure } from "../model/read.ts";

/**
 * The value of a JSON file of at most `maxBytes`. Anything but a regular file is `malformed` and
 * not waited for. `gone` with ENOENT: there is none. Never rejects.
 */
export async function readJson(path: string, maxBytes: number): Promise<Read<unknown>> {
  try {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) return malformed(path, "not a regular file");
      if (found.size > maxBytes) return malformed(path, `longer than ${maxBytes} bytes`);
      const buffer = Buffer.alloc(found.size);
      const { bytesRead } = await file.read(buffer, 0, found.size, 0);
      return parsed(path, buffer.toString("utf8", 0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    return { ok: false, failure: failureOf(path, error) };
  }
}

/** A failed call on a path as a value. Only ENOENT is `gone`. */
export function failureOf(what: string, error: unknown): ReadFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
      return { kind: "gone", what, why: code };
    case "EACCES":
    case "EPERM":
      return { kind: "denied", what, why: code };
    default:
      return { kind: "failed", what, why: code === "" ? String(error) : code };
  }
}

/** A value that is not what it should be. */
export function malformed(what: string, why: string): Read<never> {
  return { ok: false, failure: { kind: "malformed", what, why } };
}

function parsed(path: string, text: string): Read<unknown> {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return malformed(path, error instanceof Error ? error.message : String(error));
  }
}
