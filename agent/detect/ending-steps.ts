import type { PlannedStep } from "../model/remediation.ts";
import type { FileReport } from "../model/report.ts";
import { leadingPids, nameOf, pidsText, secondsText, type Target } from "./ending-case.ts";

/** The steps of ending a group, in their order; without a master there is none to stop and end. */
export function stepsOf(target: Target, graceMs: number): readonly PlannedStep[] {
  const { group } = target;
  const { master, listener } = group;
  return [
    link(target),
    ...(master === null ? [] : [stopMaster(master, listener.inode)]),
    endWorkers(target, graceMs),
    ...(master === null ? [] : [endMaster(master)]),
    verify(target),
    unlink(target),
  ];
}

function link(target: Target): PlannedStep {
  return {
    step: "link",
    signals: [],
    text: `the live socket file gets a second name, ${secondName(target)}, to be put back by`,
    check:
      `it has to be ${fileText(target.socket.file)}; ` +
      "where its folder takes no second name, the rest is done without",
  };
}

function stopMaster(
  { pid, startTicks }: { readonly pid: number; readonly startTicks: number },
  listenerInode: number,
): PlannedStep {
  return {
    step: "stop-master",
    signals: [{ signal: "SIGSTOP", pids: [pid] }],
    text:
      `master ${pid} is stopped: ` +
      "it can neither replace its workers nor leave its pid to another",
    check:
      `start ticks ${startTicks}, caught signals and listener ${listenerInode} are read again; ` +
      "if one of them is not so, nothing is ended and it gets SIGCONT, unless a signal waits for " +
      "it by which it would unlink the path",
  };
}

function endWorkers({ group }: Target, graceMs: number): PlannedStep {
  const { master, workers, others } = group;
  const pids = workers.map(({ pid }) => pid);
  const beside = others.length === 0 ? "" : `, such as ${pidsText(others)},`;
  const rest =
    master === null
      ? `what is then left of them and below them${beside} is killed`
      : `what is then left below master ${master.pid}${beside} is killed`;
  const who = `${pids.length === 1 ? "worker" : "workers"} ${pids.join(", ")}`;
  const first =
    pids.length === 0 ? "it has no workers" : `${who} may finish for ${secondsText(graceMs)}`;
  const whose = master === null ? "" : " and a child of the stopped master";
  return {
    step: "end-workers",
    signals: [
      ...(pids.length === 0 ? [] : [{ signal: "SIGTERM" as const, pids }]),
      // who is left is known only then
      { signal: "SIGKILL", pids: [] },
    ],
    text: `${first}; ${rest}`,
    check:
      `before SIGTERM each has to be a worker with its start ticks of now${whose}, else it is ` +
      "left alone; before SIGKILL each is stopped and read again",
  };
}

function endMaster({
  pid,
  startTicks,
}: {
  readonly pid: number;
  readonly startTicks: number;
}): PlannedStep {
  return {
    step: "end-master",
    signals: [{ signal: "SIGKILL", pids: [pid] }],
    text: `master ${pid} is killed: so it has no chance to unlink the path`,
    check: `it has to be stopped still, with start ticks ${startTicks}`,
  };
}

function verify({ socket, group, owner }: Target): PlannedStep {
  const who = owner === undefined ? "whoever owns the path" : `master ${owner.master.pid}`;
  return {
    step: "verify",
    signals: [],
    text: `nobody of ${nameOf(group)} is left, and ${who} answers OPTIONS / at ${socket.path}`,
    check:
      `${fileText(socket.file)} still has to stand at the path; if nothing does, it is put back ` +
      "by its second name; if anything of this is not so, the attempt has failed",
  };
}

function unlink(target: Target): PlannedStep {
  return {
    step: "unlink",
    signals: [],
    text: `the second name ${secondName(target)} is removed`,
    check: undefined,
  };
}

function fileText(file: FileReport | null): string {
  return file === null ? "the socket file" : `file ${file.inode} on device ${file.device}`;
}

/** `.app.sock.onemaster-49`, beside the socket file. */
function secondName({ socket, group }: Target): string {
  const { path } = socket;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const [head] = leadingPids(group).map(String);
  return `.${name}.onemaster-${head}`;
}
