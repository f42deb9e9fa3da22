import { readFileSync } from "node:fs";
import { exitOf, startProgram } from "../support/program.ts";
import { debianPython } from "../support/python.ts";
import type { TestFolder } from "../support/folder.ts";

/** What happens to the terminal of a job once the job has printed what is waited for. */
export type Mishap =
  | "hangup" // the terminal is lost, as when ssh drops
  | "ctrl-z"
  | "ctrl-\\"
  | "background"; // from the start, where `stty tostop` holds; in the foreground once it stops

/** How a job on a terminal went. */
export interface JobRan {
  /** What its shell saw of it: `stopped` with the state of the watched process, `exit 0`, ... */
  readonly events: readonly string[];
  /** What was read from its terminal. */
  readonly said: string;
}

/**
 * A terminal, a shell with job control on it, and one job of that shell. The shell is needed: the
 * kernel stops nobody by Ctrl-Z in a process group that no shell looks after.
 */
const terminalAndShell = `import fcntl, json, os, pty, signal, sys, termios, threading
mishap, marker, watched, seen_path, over = sys.argv[1:6]
command = sys.argv[6:]

def state(pid):
    try:
        return open("/proc/%s/stat" % pid).read().rpartition(") ")[2][0].replace("Z", "gone")
    except FileNotFoundError:
        return "gone"

def shell():
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    if mishap == "background":
        mode = termios.tcgetattr(0)
        mode[3] |= termios.TOSTOP
        termios.tcsetattr(0, termios.TCSANOW, mode)
    job = os.fork()
    if job == 0:
        os.setpgid(0, 0)
        if mishap != "background":
            os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.execv(command[0], command)
    signal.signal(signal.SIGHUP, lambda *_: os.killpg(job, signal.SIGHUP))
    events = []
    while True:
        status = os.waitpid(job, os.WUNTRACED)[1]
        if os.WIFSTOPPED(status):
            events.append("stopped, the watched process is " + state(watched))
            os.tcsetpgrp(0, job)
            os.killpg(job, signal.SIGCONT)
            continue
        code = os.waitstatus_to_exitcode(status)
        events.append("exit %d" % code if code >= 0 else "signal %d" % -code)
        json.dump(events, open(seen_path, "w"))
        os._exit(0)

pid, terminal = pty.fork()
if pid == 0:
    shell()
said, done = b"", False
while True:
    try:
        piece = os.read(terminal, 4096)
    except OSError:
        break
    if piece == b"":
        break
    said += piece
    if not done and marker.encode() in said:
        done = True
        threading.Timer(1, lambda: open(over, "w").close()).start()
        if mishap == "hangup":
            os.close(terminal)
            break
        keys = {"ctrl-z": b"\\x1a", "ctrl-\\\\": b"\\x1c"}.get(mishap)
        if keys is not None:
            os.write(terminal, keys)
os.waitpid(pid, 0)
print(json.dumps({"events": json.load(open(seen_path)), "said": said.decode()}))
`;

/**
 * Runs a command as a job on a terminal to its end, with one mishap once it has printed `marker`.
 * `watched` is the pid whose state is told whenever the job is stopped. The file `over` is made a
 * second after the mishap, which the job has heard of by then.
 */
export async function runOnTerminal(
  folder: TestFolder,
  command: readonly string[],
  {
    mishap,
    marker,
    watched,
    over,
  }: {
    readonly mishap: Mishap;
    readonly marker: string;
    readonly watched: number;
    readonly over: string;
  },
): Promise<JobRan> {
  const parameters = [mishap, marker, `${watched}`, folder.at("events.json"), over];
  const { child, outputPath } = startProgram({
    folder,
    command: [debianPython, "-c", terminalAndShell, ...parameters, ...command],
  });
  const exitCode = await exitOf(child);
  const output = readFileSync(outputPath, "utf8");
  if (exitCode !== 0) throw new Error(`the terminal ended with ${exitCode}: ${output}`);
  return JSON.parse(output) as JobRan;
}
