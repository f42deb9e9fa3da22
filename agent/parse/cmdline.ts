import { escapeUnprintable } from "./path-text.ts";
import { hexBytes, rewriteUtf8 } from "./utf8.ts";

/** What `commandText` cuts at. */
const longestCommand = 200;

/**
 * The arguments in /proc/PID/cmdline; none for a kernel thread or a zombie. NULs and blanks at
 * the end are no arguments: setproctitle pads with them. Bytes that are not UTF-8 become
 * `\xNN`. A process may write anything there: a label, never evidence.
 */
export function parseCmdline(bytes: Buffer): readonly string[] {
  const [text = ""] = /^[^]*[^\0 ]/.exec(bytes.toString("latin1")) ?? [];
  if (text === "") return [];
  return text.split("\0").map(decodeArgument);
}

/**
 * A command line for people, in one line of at most 200 characters: the arguments joined by
 * blanks, or `comm` where there are none.
 */
export function commandText(args: readonly string[], comm: string): string {
  const characters = Array.from(escapeUnprintable(args.join(" ") || comm));
  if (characters.length <= longestCommand) return characters.join("");
  return `${characters.slice(0, longestCommand - 1).join("")}…`;
}

/**
 * The pidfile that a gunicorn command line names: `--pid X`, `--pid=X`, `-p X`, `-pX` or
 * `-p=X`, the last one counts. Undefined when it names none in these ways, or when the
 * process has replaced its command line by a title.
 */
export function pidfileArgument(args: readonly string[]): string | undefined {
  let pidfile: string | undefined;
  let valueFollows = false;
  for (const arg of args) {
    if (valueFollows) {
      pidfile = arg;
      valueFollows = false;
    } else if (arg === "--") {
      break;
    } else if (arg === "-p" || arg === "--pid") {
      valueFollows = true;
    } else {
      pidfile = /^(?:--pid=|-p=?)([^]*)$/.exec(arg)?.[1] ?? pidfile;
    }
  }
  return pidfile === "" ? undefined : pidfile;
}

function decodeArgument(latin1: string): string {
  return rewriteUtf8(latin1, (bytes, character) => character ?? hexBytes(bytes));
}
