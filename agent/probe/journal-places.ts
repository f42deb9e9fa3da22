import { readFileSync, statSync } from "node:fs";

/**
 * What stands where journald keeps its files, as text that is the same for as long as the same
 * folders stand there, with a file to write to or without. journalctl watches folders, and is deaf
 * for ever, without a word, once they are removed, and to folders that come later. What cannot be
 * read counts as absent.
 */
export function journalPlaces(root = ""): string {
  const machine = textOf(`${root}/etc/machine-id`);
  return ["/var/log/journal", "/run/log/journal"]
    .map((base) => `${root}${base}`)
    .flatMap((base) => [
      identityOf(base),
      identityOf(`${base}/${machine}`),
      // another one after each rotation, which journalctl follows
      presenceOf(`${base}/${machine}/system.journal`),
    ])
    .join(" ");
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    return codeOf(error);
  }
}

function identityOf(path: string): string {
  try {
    // ext4 gives a new folder the inode of the one that was just removed
    const { dev, ino, birthtimeMs } = statSync(path);
    return `${dev}:${ino}:${birthtimeMs}`;
  } catch (error) {
    return codeOf(error);
  }
}

function presenceOf(path: string): string {
  const identity = identityOf(path);
  return identity.includes(":") ? "there" : identity;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
