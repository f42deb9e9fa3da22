import { fail } from "./fail.mjs";
import { tool } from "./tool.mjs";

/** The Debian package of each library that a Node from nodejs.org may ask for. */
const packages = new Map([
  ["libc.so.6", "libc6"],
  ["libdl.so.2", "libc6"],
  ["libm.so.6", "libc6"],
  ["libpthread.so.0", "libc6"],
  ["librt.so.1", "libc6"],
  ["ld-linux-x86-64.so.2", "libc6"],
  ["ld-linux-aarch64.so.1", "libc6"],
  ["libstdc++.so.6", "libstdc++6"],
  ["libgcc_s.so.1", "libgcc-s1"],
  ["libatomic.so.1", "libatomic1"],
]);

/** The GCC whose libstdc++ first had these symbols: gcc.gnu.org/onlinedocs/libstdc++/manual/abi */
const gccOf = new Map([
  [21, "5"],
  [22, "6"],
  [23, "7"],
  [24, "7"],
  [25, "8"],
  [26, "9"],
  [27, "9"],
  [28, "9.3"],
  [29, "11"],
  [30, "12"],
  [31, "13"],
  [32, "13"],
  [33, "14"],
]);

/** The `Depends` of an executable: the packages of its libraries, as new as its symbols need. */
export function libraryPackages(path) {
  const headers = tool("objdump", ["-p", path], { debianPackage: "binutils" });
  const needed = [...headers.matchAll(/^ +NEEDED +(\S+)$/gm)].map(([, name]) => name);
  const versions = new Map([
    ["libc6", `>= 2.${newest(headers, /\bGLIBC_2\.(\d+)/g)}`],
    ["libstdc++6", `>= ${gcc(newest(headers, /\bGLIBCXX_3\.4\.(\d+)/g))}`],
  ]);
  const names = new Set(needed.map((name) => packages.get(name) ?? unknown(name)));
  return [...names].map((name) => {
    const version = versions.get(name);
    return version === undefined ? name : `${name} (${version})`;
  });
}

function newest(headers, pattern) {
  const found = [...headers.matchAll(pattern)].map(([, minor]) => Number(minor));
  return found.length > 0 ? Math.max(...found) : fail(`no symbol version like ${pattern.source}`);
}

function gcc(minor) {
  if (minor < 21) return "5";
  return gccOf.get(minor) ?? fail(`GLIBCXX_3.4.${minor}: of which GCC is it? Add it to the table`);
}

function unknown(library) {
  return fail(
    `${process.execPath} needs ${library}, so it runs only where it was made; ` +
      "build with a Node from nodejs.org",
  );
}
