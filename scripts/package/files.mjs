import { readdirSync, readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { root } from "../process.mjs";
import { fail } from "./fail.mjs";
import { installedLinks } from "./links.mjs";

/** Folders of deploy/ that have a place of their own, or are no matter of the host. */
const placedElsewhere = ["completion", "debian", "man", "systemd"];
const templates = "usr/share/onemaster";

/**
 * What a Debian package of the program holds, apart from the program: files by path, each with
 * its `content` and, where it is not 0644, its `mode`. Without one of them there is no package.
 */
export function packageFiles({ copyright, changelog }) {
  const places = new Map([
    ["deploy/debian/onemaster.yml", "etc/onemaster/onemaster.yml"],
    ["deploy/systemd/onemaster.service", "usr/lib/systemd/system/onemaster.service"],
    ["deploy/systemd/onemaster.sysusers", "usr/lib/sysusers.d/onemaster.conf"],
    ["deploy/man/onemaster.1", "usr/share/man/man1/onemaster.1.gz"],
    ["deploy/completion/onemaster.bash", "usr/share/bash-completion/completions/onemaster"],
    ["deploy/completion/onemaster.zsh", "usr/share/zsh/vendor-completions/_onemaster"],
    ["deploy/completion/onemaster.fish", "usr/share/fish/vendor_completions.d/onemaster.fish"],
    ["CHANGELOG.md", "usr/share/doc/onemaster/CHANGELOG.md.gz"],
    ["README.md", "usr/share/doc/onemaster/README.md.gz"],
    ["deploy/systemd/act.conf", `${templates}/act.conf`],
    ...below("rules", `${templates}/rules`, ["tests"]),
    ...below("deploy", templates, placedElsewhere),
  ]);
  return new Map([
    ...[...places].map(([from, to]) => [to, packed(contentOf(from, to, places), to)]),
    ["usr/share/doc/onemaster/copyright", { content: Buffer.from(copyright) }],
    ["usr/share/doc/onemaster/changelog.gz", zipped(Buffer.from(changelog))],
  ]);
}

function contentOf(from, to, places) {
  if (from === "deploy/systemd/onemaster.service") return service();
  if (!from.endsWith(".md")) return read(from);
  return Buffer.from(installedLinks(read(from).toString(), { from, to, places }));
}

function packed(content, path) {
  return path.endsWith(".gz") ? zipped(content) : { content };
}

/** The unit with the program of the package, whatever else lies in /usr/local/bin. */
function service() {
  const unit = read("deploy/systemd/onemaster.service").toString();
  const own = unit.replaceAll(/^(Exec\w+)=onemaster /gm, "$1=/usr/bin/onemaster ");
  return own === unit ? fail("onemaster.service does not start `onemaster`") : Buffer.from(own);
}

/** A file of the checkout; ends the build where it is not there. */
export function read(path) {
  const there = statSync(root + path, { throwIfNoEntry: false });
  if (there === undefined) return fail(`${path} is missing; it goes into the package`);
  return readFileSync(root + path);
}

/** The places of all files below a folder of the checkout, in a folder of the package. */
function below(folder, target, except) {
  return readdirSync(root + folder, { withFileTypes: true })
    .filter(({ name }) => !except.includes(name))
    .flatMap((entry) => {
      const [from, to] = [`${folder}/${entry.name}`, `${target}/${entry.name}`];
      return entry.isDirectory() ? below(from, to, []) : [[from, to]];
    });
}

/** A file as gzip -9n makes it: the same bytes at any time. */
export function zipped(content) {
  return { content: gzipSync(content, { level: 9 }) };
}
