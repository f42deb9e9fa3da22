import type { JournalEvent } from "../model/journal.ts";

/** What an event of the journal says, in half a sentence. */
export function eventText(event: JournalEvent): string {
  switch (event.kind) {
    case "start-begun":
    case "started":
    case "start-failed":
    case "stop-begun":
    case "stopped":
    case "reload-begun":
    case "reloaded": {
      const job = event.jobType === undefined ? "" : ` (job ${event.jobType})`;
      return `${event.unit}: ${event.kind.replace("-", " ")}${job}`;
    }
    case "leftover-after-stop":
      return `${event.unit}: process ${event.pid} (${event.comm}) still runs after the stop`;
    case "leftover-at-start":
      return `${event.unit}: process ${event.pid} (${event.comm}) was there before the start`;
    case "main-exited":
    case "unit-failed":
    case "auto-restart":
    case "unit-oom":
      return `${event.unit}: ${event.detail}`;
    case "signalled": {
      const whom = event.pid === undefined ? "its processes" : `process ${event.pid}`;
      const why = event.requested ? "as asked by somebody" : "since it would not stop";
      return `${event.unit}: ${event.signal} to ${whom}, ${why}`;
    }
    case "kernel-oom":
      return `kernel: killed process ${event.pid} (${event.comm}), out of memory`;
    case "manager-reload":
    case "manager-reexec": {
      const did =
        event.kind === "manager-reload" ? "read its units again" : "executed itself again";
      return `systemd ${did}${event.by === undefined ? "" : `, asked by ${event.by}`}`;
    }
    case "sudo":
      return `${event.user} ran ${event.command}`;
    case "boot":
      return "the host was booted";
  }
}
