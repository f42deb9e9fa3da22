import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../process.mjs";
import { fail } from "./fail.mjs";

const licenceFile = /^(licen[cs]e|copying)(-mit)?(\.(md|txt))?$/i;

/**
 * The packages that these source files come from, by name: `name`, `version`, the `licence` by
 * its SPDX name, the `holders` of the copyright and the `text` of the licence. One without a
 * licence of its own ends the build: it could not be passed on.
 */
export function packagesOf(inputs) {
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const found = [...folders].map(licenceIn);
  return found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function packageFolder(path) {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

function licenceIn(folder) {
  const { name, version, license, author } = JSON.parse(
    readFileSync(`${root}${folder}/package.json`, "utf8"),
  );
  const file = readdirSync(root + folder).find((entry) => licenceFile.test(entry));
  if (file === undefined || typeof license !== "string") {
    return fail(`${folder} says nothing, or not enough, of its licence`);
  }
  const text = plain(readFileSync(`${root}${folder}/${file}`, "utf8"));
  const named = typeof author === "object" ? author.name : author;
  return { name, version, licence: license, holders: holdersIn(text, named ?? name), text };
}

/** The lines of a licence that name a holder; where it has none, whoever wrote the package. */
function holdersIn(text, author) {
  const lines = text.split("\n").map((line) => /^[\s*-]*copyright(?: \(c\)| ©)? (.*)/i.exec(line));
  const holders = lines
    .map((match) => match?.[1])
    // the conditions of a licence speak of copyright, too
    .filter((line) => line !== undefined && !/^(notice|owner|holder|license|statement)/i.test(line))
    .filter((line) => !line.includes("["));
  return holders.length > 0 ? holders : [author];
}

function plain(text) {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(/[ \t]+$/gm, "")
    .trim();
}

/** The licences of this Node and of all that is in it, which its makers hand out beside it. */
export function nodeLicence() {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const places = ["LICENSE", "share/doc/nodejs/LICENSE", "share/doc/node/LICENSE"];
  const found = places.map((place) => join(prefix, place)).find((path) => existsSync(path));
  const text = found === undefined ? "" : plain(readFileSync(found, "utf8"));
  if (!text.startsWith("Node.js is licensed for use as follows")) {
    const where = places.map((place) => join(prefix, place)).join(", ");
    return fail(`no licence of Node ${process.version} (looked at ${where}): it goes into the deb`);
  }
  return text;
}

/** The program's own licence. */
export function ownLicence() {
  return plain(readFileSync(`${root}LICENSE`, "utf8"));
}
