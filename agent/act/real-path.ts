import { realpathSync } from "node:fs";

/** realpath(3); undefined: it could not be told, as when nothing stands there. */
export function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
