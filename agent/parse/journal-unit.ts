import type {
  JournalEntry,
  JournalEvent,
  UnitJobEvent,
  UnitSignalEvent,
  UnitStateEvent,
} from "../model/journal.ts";
import { wholeNumber } from "./whole-number.ts";

/** systemd's message ids, which stay when its words change. */
const ids = {
  starting: "7d4958e842da4a758f6c1cdc7b36dcc5",
  started: "39f53479d3a045ac8e11786248231fbf",
  startFailed: "be02cf6855d2428ba40df7e9d022f03d",
  stopping: "de5b426a63be47a7b6ac3eaac82e2f6f",
  stopped: "9d1aaa27d60140bd96365438aad20286",
  reloading: "d34d037fff1847e6ae669a370e694725",
  reloaded: "7b05ebc668384222baa8881179cfda54",
  processExited: "98e322203f7a4ed290d09fe03c09fe15",
  failed: "d9b373ed55a64feb8242e02dbe79a49c",
  restartScheduled: "5eb03494b6584870a536b337290809b3",
  kernelOom: "fe6faa94e7774663a0da52717891d8ef",
  oomd: "d989611b15e44c9dbf31e3c81256e4ed",
} as const;

/** What an entry of the system manager says about its unit; undefined for all that matters less. */
export function readUnitEntry(
  entry: JournalEntry,
  unit: string,
  message: string,
): JournalEvent | undefined {
  const { atMs, monotonicMs, bootId, cursor, fields } = entry;
  const prefix = `${unit}: `;
  const text = message.startsWith(prefix) ? message.slice(prefix.length) : message;
  const place = { atMs, monotonicMs, bootId, cursor, unit };
  // journald's ids have no fixed case
  const id = fields.get("MESSAGE_ID")?.toLowerCase();
  if (id === undefined) {
    const process = leftover(text) ?? signalled(text);
    return process && { ...place, ...process };
  }
  const job = jobStep(id, fields.get("JOB_RESULT"), text);
  if (job !== undefined) return { ...place, kind: job, jobType: fields.get("JOB_TYPE") };
  const state = stateChange(id, text);
  return state && { ...place, kind: state, detail: text };
}

function jobStep(
  id: string,
  result: string | undefined,
  text: string,
): UnitJobEvent["kind"] | undefined {
  const done = result === undefined || result === "done";
  switch (id) {
    case ids.starting:
      return "start-begun";
    case ids.started:
      return isSkipped(text) ? undefined : "started";
    case ids.startFailed:
      return "start-failed";
    case ids.stopping:
      return "stop-begun";
    // the same id also ends a job that ran into its time limit
    case ids.stopped:
      return done ? "stopped" : undefined;
    case ids.reloading:
      return "reload-begun";
    case ids.reloaded:
      return done ? "reloaded" : undefined;
    default:
      return undefined;
  }
}

/** A start that found an unmet condition did nothing, but has the id and result of one that did. */
function isSkipped(text: string): boolean {
  if (/^(?:Started|Finished) /.test(text)) return false;
  return / was skipped because | skipped, (?:unmet|no trigger) condition |^Condition check resulted in /.test(
    text,
  );
}

function stateChange(id: string, text: string): UnitStateEvent["kind"] | undefined {
  switch (id) {
    case ids.processExited:
      // also said of control processes, such as ExecStartPre=
      return text.startsWith("Main process exited,") ? "main-exited" : undefined;
    case ids.failed:
      return "unit-failed";
    case ids.restartScheduled:
      return "auto-restart";
    case ids.kernelOom:
    case ids.oomd:
      return "unit-oom";
    default:
      return undefined;
  }
}

// the name of a process may hold blanks, colons and parentheses
const leftAfterStop = /^Unit process (\d+) \((.*)\) remains running after unit stopped\.$/;
const leftAtStart =
  /^Found left-over process (\d+) \((.*)\) in control group while starting unit\. Ignoring\.$/;

function leftover(text: string) {
  const after = leftAfterStop.exec(text);
  const [, pidText, comm = ""] = after ?? leftAtStart.exec(text) ?? [];
  const pid = wholeNumber(pidText);
  if (pid === undefined) return undefined;
  const kind = after === null ? "leftover-at-start" : "leftover-after-stop";
  return { kind, pid, comm } as const;
}

// pids have ten digits at most
const escalated = /^Killing process (\d{1,10}) \(.*\) with signal (\w+)\.$/;
const requestedOfMain = /^Sent signal (\w+) to \w+ process (\d{1,10}) \(.*\) on client request\.$/;
const requestedOfOne = /^Sending signal (\w+) to process (\d{1,10}) \(.*\) on client request\.$/;
const requestedOfAll = /^Killed unit cgroup with (\w+) on client request\.$/;

type Signalled = Pick<UnitSignalEvent, "kind" | "pid" | "signal" | "requested">;

function signalled(text: string): Signalled | undefined {
  const forced = escalated.exec(text);
  if (forced !== null) return signalTo(forced[1], forced[2], false);
  const asked = requestedOfMain.exec(text) ?? requestedOfOne.exec(text);
  if (asked !== null) return signalTo(asked[2], asked[1], true);
  const all = requestedOfAll.exec(text);
  if (all === null) return undefined;
  return { kind: "signalled", pid: undefined, signal: `${all[1]}`, requested: true };
}

function signalTo(
  pidText: string | undefined,
  signal: string | undefined,
  requested: boolean,
): Signalled {
  return { kind: "signalled", pid: wholeNumber(pidText), signal: `${signal}`, requested };
}
