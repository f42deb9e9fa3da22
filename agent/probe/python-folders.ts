import { posix } from "node:path";
import { pathText } from "../parse/path-text.ts";
import { type Files, pathBytes } from "./files.ts";

/** Where the Python of a program has its modules. */
export interface PythonFolders {
  /** Searched for modules; absolute. */
  readonly folders: readonly string[];
  /** What else decides: the interpreter, and the file that makes a virtual environment of it. */
  readonly files: readonly string[];
  /** Why that could not be told, for people. */
  readonly problems: readonly string[];
}

const LONGEST_LINE_BYTES = 4096;

/**
 * Finds the folders from which the Python of a script imports, without running it: site.py and
 * getpath.py, for a prefix beside the interpreter, a virtual environment and Debian's own folders.
 */
export function pythonFolders(program: string, files: Files): PythonFolders {
  const first = files.regular(pathBytes(program), LONGEST_LINE_BYTES);
  const python = first.ok ? /^#!\s*(\/\S*python[\d.]*)(?:\s|$)/.exec(first.value)?.[1] : undefined;
  if (python === undefined) {
    const why = `which Python ${program} runs in cannot be told from its first line`;
    return { folders: [], files: [], problems: [why] };
  }
  const script = files.realPath(pathBytes(program));
  const real = files.realPath(python);
  const pythons = [python, ...(real.ok ? [real.value] : [])];
  const prefixes = new Set(pythons.map((path) => posix.dirname(posix.dirname(path))));
  // Debian adds /usr/local to the folders of its own Python
  if (prefixes.has("/usr")) prefixes.add("/usr/local");
  const folders = [...prefixes].flatMap((prefix) =>
    ["lib", "lib64"].flatMap((name) => {
      const listed = files.names(posix.join(prefix, name));
      const names = listed.ok ? listed.value.filter((one) => /^python[\d.]*$/.test(one)) : [];
      return names.flatMap((one) =>
        ["", "site-packages", "dist-packages", "lib-dynload"].map((below) =>
          pathText(posix.join(prefix, name, one, below)),
        ),
      );
    }),
  );
  const scripts = script.ok ? [pathText(posix.dirname(script.value))] : [];
  const problems = folders.length === 0 ? [`where ${python} has its modules cannot be told`] : [];
  const configs = [...new Set([...prefixes, ...pythons.map((path) => posix.dirname(path))])];
  return {
    // the folder of the script comes first in sys.path
    folders: [...scripts, ...folders],
    files: [python, ...configs.map((folder) => posix.join(folder, "pyvenv.cfg"))],
    problems,
  };
}
