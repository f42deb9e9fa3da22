import { ownLicence } from "./licences.mjs";

const apache = `Licensed under the Apache License, Version 2.0. On Debian systems its text is in
/usr/share/common-licenses/Apache-2.0.`;

/** Where a package with Node in it has the licences of that. */
export const nodeLicences = "usr/share/doc/onemaster/nodejs-licences.gz";

const node = `What is built into Node.js has licences of its own. All of them are, with their texts, in
/${nodeLicences}.`;

/**
 * The file `copyright` of a Debian package, in its machine-readable format: the program, each
 * package that is bundled in it, and Node itself where that is `withNode`.
 */
export function copyrightFile(packages, { withNode }) {
  return [
    [
      "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/",
      "Upstream-Name: onemaster",
      "Comment:",
      ...field("The program is bundled from its own sources and those of the packages below."),
    ],
    ["Files: *", "Copyright: 2026 The onemaster authors", "License: MIT", ...field(ownLicence())],
    ...packages.map(stanza),
    ...(withNode ? [nodeStanza()] : []),
  ]
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function stanza({ name, version, licence, holders, text }) {
  return [
    `Files: node_modules/${name}/*`,
    "Copyright:",
    ...holders.map((holder) => ` ${holder}`),
    `Comment: ${name} ${version}`,
    `License: ${licence}`,
    ...field(licence === "Apache-2.0" ? apache : text),
  ];
}

function nodeStanza() {
  return [
    "Files: node/*",
    "Copyright: Node.js contributors, and others that the licences name",
    `Comment: Node.js ${process.version}`,
    "License: Node.js",
    ...field(node),
  ];
}

/** Lines of a field that goes on: indented, and a dot where one is empty. */
function field(text) {
  return text.split("\n").map((line) => (line === "" ? " ." : ` ${line}`));
}

/** All licences as a comment, for the one file that is handed out alone. */
export function licenceComment(packages) {
  const parts = [{ name: "onemaster", text: ownLicence() }, ...packages];
  const texts = parts.map(({ name, version, text }) =>
    [`${[name, version].filter(Boolean).join(" ")}\n`, text].join("\n"),
  );
  return `/*!\n${texts.join(`\n\n${"-".repeat(72)}\n\n`).replaceAll("*/", "* /")}\n*/\n`;
}
