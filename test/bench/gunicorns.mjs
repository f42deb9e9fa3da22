import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atTheEnd } from "./endings.mjs";
import { alive, childrenOf, signal, until, when } from "./processes.mjs";

const workers = 4;
const app = `def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
`;

/** A folder to serve sampleplatform.sock from, removed at the end. */
export function makeSite() {
  const folder = mkdtempSync(join(tmpdir(), "onemaster-bench-"));
  atTheEnd(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "app.py"), app);
  return { folder, path: join(folder, "sampleplatform.sock") };
}

/**
 * Starts a master with the flags of production, but in the foreground: a child of ours leaves
 * no zombie. It takes the path from a master that is there already. Returns at once; promises
 * in `bound` the moment (performance.now) at which the path was another file than before, to
 * a millisecond or two.
 */
export function startMaster({ folder, path }) {
  const before = inodeOf(path);
  // a pidfile that names a living master would make this one refuse to start
  rmSync(join(folder, "gunicorn.pid"), { force: true });
  const flags = `-w ${workers} --pid gunicorn.pid -b unix:sampleplatform.sock -m 007 --timeout 120`;
  const child = spawn("gunicorn", [...flags.split(" "), "--log-file", "error.log", "app:app"], {
    cwd: folder,
    detached: true,
    stdio: "ignore",
  });
  const left = once(child, "exit");
  left.catch(() => {}); // a gunicorn that cannot be started is told by `bound`
  const end = atTheEnd(() => endGroup(child, left));
  const bound = until("gunicorn to bind", () => boundAt(path, before), { everyMs: 1 });
  return { pid: child.pid, bound, end, started: () => allStarted(child) };
}

function boundAt(path, before) {
  const inode = inodeOf(path);
  return inode === undefined || inode === before ? undefined : performance.now();
}

function inodeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

async function allStarted(child) {
  const ready = () => when(childrenOf(child.pid).length === workers);
  await until(`${workers} workers of gunicorn ${child.pid}`, ready);
}

/** Two masters on one path, the older one stale. Promises the path and what ends both. */
export async function makeDuplicate() {
  const site = makeSite();
  const masters = [];
  for (let count = 0; count < 2; count += 1) {
    const master = startMaster(site);
    masters.push(master);
    await master.bound;
    await master.started();
  }
  const end = async () => {
    for (const master of masters) await master.end();
  };
  return { path: site.path, end };
}

/**
 * Ends a group as a stale one must be ended: a stopped master can neither replace its workers
 * nor unlink the path, which may be another master's by now.
 */
async function endGroup(child, left) {
  if (child.pid === undefined || child.exitCode !== null) return;
  signal(child.pid, "SIGSTOP");
  const members = childrenOf(child.pid);
  for (const pid of members) signal(pid, "SIGKILL");
  await until("workers to leave", () => when(!members.some(alive)));
  signal(child.pid, "SIGKILL");
  await left;
}
