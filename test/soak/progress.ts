const everyMs = 5_000;
const everyMsOnTerminal = 500;

/**
 * Tells on stderr how far something is: one line that is written over on a terminal, else a line
 * every five seconds. Answers how to end that.
 */
export function showProgress(line: () => string): () => void {
  const { stderr } = process;
  const terminal = stderr.isTTY;
  const tell = (): void => {
    stderr.write(terminal ? `\r\u001b[K${line()}` : `${line()}\n`);
  };
  const timer = setInterval(tell, terminal ? everyMsOnTerminal : everyMs);
  return () => {
    clearInterval(timer);
    tell();
    if (terminal) {
      stderr.write("\n");
    }
  };
}
