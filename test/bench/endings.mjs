const endings = [];
let stopped = false;

/** True once a signal has told the bench to stop. */
export function stopping() {
  return stopped;
}

/**
 * Keeps what must be undone before the bench ends, however it ends. Returns a function that
 * undoes it now; asked twice it is done once, and both wait for it.
 */
export function atTheEnd(undo) {
  let undone;
  const once = () => {
    undone ??= Promise.resolve(undo()).finally(() => endings.splice(endings.indexOf(once), 1));
    return undone;
  };
  endings.push(once);
  return once;
}

/** Undoes everything that is still to be undone, the newest first. */
export async function endAll() {
  for (let undo = endings.at(-1); undo !== undefined; undo = endings.at(-1)) {
    try {
      await undo();
    } catch (error) {
      process.stderr.write(`bench: while cleaning up: ${error.message}\n`);
      process.exitCode = 1;
    }
  }
}

/** Ctrl-C and its kin clean up first. */
export function endOnSignals() {
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ]) {
    process.once(signal, () => {
      stopped = true;
      process.stderr.write(`\nbench: ${signal}, cleaning up\n`);
      void endAll().finally(() => process.exit(code));
    });
  }
}
