import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { cached, touchCached } from "./cache.ts";
import { startKept } from "./kept.ts";
import { showProgress } from "./progress.ts";
import { ensureTree } from "./tree.ts";

const files = new URL("machine/", import.meta.url).pathname;

/** What a machine boots from: paths of files that must not be written to. */
export interface Disk {
  /** A raw ext4 file system without partitions. */
  readonly image: string;
  readonly kernel: string;
  readonly initrd: string;
}

/**
 * Answers a disk with the bookworm tree, Debian's cloud kernel and the server that runs a test's
 * commands, made at its first use and kept in the cache. Throws with all that its maker said
 * when it cannot be made.
 */
export async function ensureDisk(): Promise<Disk> {
  const tree = await ensureTree("bookworm");
  const kind = "bookworm-disk";
  const disk = cached(kind, {
    tree: basename(tree),
    files: readdirSync(files)
      .toSorted()
      .map((name) => [name, readFileSync(join(files, name), "utf8")]),
  });
  if (!existsSync(disk)) {
    const work = startKept({ command: () => [join(files, "make-disk.sh"), disk, tree, files] });
    await showProgress("making the disk of a machine (once, half a minute)", work);
  }
  touchCached(kind, disk);
  return {
    image: join(disk, "disk.img"),
    kernel: join(disk, "vmlinuz"),
    initrd: join(disk, "initrd.img"),
  };
}
