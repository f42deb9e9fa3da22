import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { maintainer } from "./changelog.mjs";
import { read } from "./files.mjs";
import { tool } from "./tool.mjs";

const scripts = ["postinst", "prerm", "postrm"];

/**
 * Writes a Debian package to `path`: the same bytes for the same `files`, `fields` of its control
 * file and `epochSeconds`, whoever builds it and when. It appears whole or not at all.
 */
export function makeDeb({ path, files, fields, epochSeconds, compress }) {
  const folder = mkdtempSync(join(tmpdir(), "onemaster-deb-"));
  const unfinished = `${path}.${process.pid}`;
  try {
    const tree = join(folder, "tree");
    for (const [name, file] of files) put(join(tree, name), file);
    put(join(tree, "DEBIAN/control"), { content: control(files, fields) });
    put(join(tree, "DEBIAN/conffiles"), { content: conffiles(files) });
    put(join(tree, "DEBIAN/md5sums"), { content: checksums(files) });
    for (const name of scripts) {
      put(join(tree, "DEBIAN", name), { content: read(`deploy/debian/${name}`), mode: 0o755 });
    }
    backdate(tree, epochSeconds);
    const options = ["--root-owner-group", "-Zxz", `-z${compress}`, "--build"];
    const env = { SOURCE_DATE_EPOCH: `${epochSeconds}` };
    tool("dpkg-deb", [...options, tree, unfinished], { debianPackage: "dpkg", env });
    renameSync(unfinished, path);
  } finally {
    rmSync(folder, { recursive: true });
    rmSync(unfinished, { force: true });
  }
}

function put(path, { content, link, mode = 0o644 }) {
  mkdirSync(dirname(path), { recursive: true });
  if (link !== undefined) {
    symlinkSync(link, path);
    return;
  }
  writeFileSync(path, content);
  chmodSync(path, mode);
}

/** Whoever builds may have another umask, and it is never the same time. */
function backdate(folder, epochSeconds) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) backdate(path, epochSeconds);
    else lutimesSync(path, epochSeconds, epochSeconds);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, epochSeconds, epochSeconds);
}

function control(files, { version, architecture, depends, recommends, description }) {
  const bytes = [...files.values()].reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
  const fields = [
    ["Package", "onemaster"],
    ["Version", version],
    ["Architecture", architecture],
    ["Maintainer", maintainer],
    ["Installed-Size", Math.ceil(bytes / 1024)],
    ["Depends", depends.join(", ")],
    ["Recommends", recommends.join(", ")],
    ["Section", "admin"],
    ["Priority", "optional"],
    ["Description", description],
  ];
  return fields.map(([name, value]) => `${name}: ${value}\n`).join("");
}

function conffiles(files) {
  const names = [...files.keys()].filter((name) => name.startsWith("etc/"));
  return names.map((name) => `/${name}\n`).join("");
}

function checksums(files) {
  return [...files]
    .filter(([name, { content }]) => content !== undefined && !name.startsWith("etc/"))
    .map(([name, { content }]) => `${createHash("md5").update(content).digest("hex")}  ${name}\n`)
    .toSorted()
    .join("");
}
