/** What systemd-tmpfiles(8) does with folders at boot. */
export interface BootFolders {
  /** It makes them where they are missing. */
  readonly made: ReadonlySet<string>;
  /** It empties them. */
  readonly emptied: ReadonlySet<string>;
}

/**
 * The folders of tmpfiles.d(5), as `systemd-tmpfiles --cat-config` prints it. Lines that make no
 * folder, and paths that only the host itself could spell out, are passed over.
 */
export function parseTmpfilesConfig(text: string): BootFolders {
  const made = new Set<string>();
  const emptied = new Set<string>();
  for (const line of text.split("\n")) {
    const [, type = "", name = ""] = /^\s*([dDvqQ])[!+=~^$-]*\s+"?([^\s"]+)/.exec(line) ?? [];
    const path = name
      .replace(/^%t(?=\/)/, "/run")
      .replaceAll("%%", "%")
      .replace(/^\/var\/run(?=\/)/, "/run")
      .replace(/(?<=.)\/+$/, "");
    if (!path.startsWith("/")) continue;
    made.add(path);
    if (type === "D") emptied.add(path);
  }
  return { made, emptied };
}
