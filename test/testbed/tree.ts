import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cached, touchCached } from "./cache.ts";
import { startKept } from "./kept.ts";
import { showProgress } from "./progress.ts";
import type { Release } from "./test-host.ts";

const maker = new URL("make-tree.sh", import.meta.url).pathname;

const packages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "gunicorn",
  "python3-setproctitle",
  // for gunicorn's other worker classes
  "python3-gevent",
  "python3-tornado",
  "iproute2",
  "procps",
  "nginx-light",
  "curl",
];

/**
 * Answers the path of a root file system of this release, made with debootstrap at its first
 * use and kept in the cache: not to be written to. Throws with debootstrap's words when it
 * cannot be made.
 */
export async function ensureTree(release: Release): Promise<string> {
  const recipe = {
    packages: [...packages, ...(ownNode(release) ? [] : ["nodejs"])],
    node: ownNode(release) ? process.version : "Debian's",
    maker: readFileSync(maker, "utf8"),
  };
  const kind = `${release}-tree`;
  const tree = cached(kind, recipe);
  if (!existsSync(tree)) {
    const parameters = [tree, release, mirror(), recipe.packages.join(",")];
    const node = ownNode(release) ? [process.execPath] : [];
    const work = startKept({ command: () => [maker, ...parameters, ...node] });
    await showProgress(`making the ${release} tree (once, about a minute)`, work);
  }
  touchCached(kind, tree);
  return tree;
}

/** Where Debian's own Node is older than 20.19, the host gets the one that runs us. */
function ownNode(release: Release): boolean {
  switch (release) {
    case "bookworm":
      return true;
    case "trixie":
      return false;
  }
}

/** The mirror that this machine installs its own packages from. */
function mirror(): string {
  const format = ["--format", "$(REPO_URI) $(SUITE) $(COMPONENT)"];
  const debian = ["Created-By: Packages", "Origin: Debian", "Label: Debian"];
  const targets = execFileSync("apt-get", ["indextargets", ...format, ...debian], {
    encoding: "utf8",
  });
  // the release itself, not its updates
  const found = /^(\S+) [a-z]+ main$/m.exec(targets)?.[1];
  if (found === undefined) {
    throw new Error(
      "apt knows no Debian archive that has a whole release; is `apt-get update` due?",
    );
  }
  return found;
}
