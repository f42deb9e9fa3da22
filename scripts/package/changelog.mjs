import { readFileSync } from "node:fs";
import { root } from "../process.mjs";
import { fail } from "./fail.mjs";

/** Who packages, as Debian wants to know it. */
export const maintainer = "The onemaster authors <onemaster@packages.invalid>";

/**
 * The package's changelog as dpkg reads it: one entry, that of `version`, with the lines that
 * CHANGELOG.md, which is in the package whole, has for it.
 */
export function debianChangelog(version, debianVersion, epochSeconds) {
  const lines = changesOf(version);
  const when = new Date(epochSeconds * 1_000).toUTCString().replace("GMT", "+0000");
  const changes = lines.map((line) => `  * ${wrapped(line).join("\n    ")}`);
  return [
    `onemaster (${debianVersion}) unstable; urgency=medium`,
    "",
    ...changes,
    "",
    ` -- ${maintainer}  ${when}`,
    "",
  ].join("\n");
}

/** A version that has no heading yet, such as one built for a trial, has the newest changes. */
function changesOf(version) {
  const text = readFileSync(`${root}CHANGELOG.md`, "utf8");
  const sections = text.split(/^## /m).slice(1);
  const section = sections.find((part) => part.startsWith(`${version},`)) ?? sections[0];
  const lines = section?.split(/^- /m).slice(1) ?? [];
  if (lines.length === 0) fail("CHANGELOG.md has no changes to tell");
  return lines;
}

/** Lines that fit into 80 columns behind their indent. */
function wrapped(text) {
  const lines = [""];
  for (const word of text.trim().split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length <= 76) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
