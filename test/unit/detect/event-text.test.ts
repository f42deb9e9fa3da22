import { expect, it } from "vitest";
import { eventText } from "../../../agent/detect/event-text.ts";
import type { JournalEvent } from "../../../agent/model/journal.ts";

const base = { atMs: 0, monotonicMs: 0, bootId: "b", cursor: "c" };
const unit = "platform.service";

it.each<[JournalEvent, string]>([
  [{ ...base, kind: "start-begun", unit, jobType: "start" }, `${unit}: start begun (job start)`],
  [{ ...base, kind: "started", unit, jobType: undefined }, `${unit}: started`],
  [{ ...base, kind: "start-failed", unit, jobType: "start" }, `${unit}: start failed (job start)`],
  [{ ...base, kind: "stop-begun", unit, jobType: "stop" }, `${unit}: stop begun (job stop)`],
  [{ ...base, kind: "stopped", unit, jobType: "restart" }, `${unit}: stopped (job restart)`],
  [
    { ...base, kind: "reload-begun", unit, jobType: "reload" },
    `${unit}: reload begun (job reload)`,
  ],
  [{ ...base, kind: "reloaded", unit, jobType: "reload" }, `${unit}: reloaded (job reload)`],
  [
    { ...base, kind: "leftover-after-stop", unit, pid: 49, comm: "gunicorn: maste" },
    `${unit}: process 49 (gunicorn: maste) still runs after the stop`,
  ],
  [
    { ...base, kind: "leftover-at-start", unit, pid: 49, comm: "gunicorn" },
    `${unit}: process 49 (gunicorn) was there before the start`,
  ],
  [
    { ...base, kind: "main-exited", unit, detail: "Main process exited, code=killed" },
    `${unit}: Main process exited, code=killed`,
  ],
  [{ ...base, kind: "unit-failed", unit, detail: "Failed" }, `${unit}: Failed`],
  [{ ...base, kind: "auto-restart", unit, detail: "Scheduled" }, `${unit}: Scheduled`],
  [{ ...base, kind: "unit-oom", unit, detail: "OOM" }, `${unit}: OOM`],
  [
    { ...base, kind: "signalled", unit, pid: 49, signal: "SIGKILL", requested: true },
    `${unit}: SIGKILL to process 49, as asked by somebody`,
  ],
  [
    { ...base, kind: "signalled", unit, pid: undefined, signal: "SIGKILL", requested: false },
    `${unit}: SIGKILL to its processes, since it would not stop`,
  ],
  [
    { ...base, kind: "kernel-oom", pid: 49, comm: "gunicorn" },
    "kernel: killed process 49 (gunicorn), out of memory",
  ],
  [{ ...base, kind: "manager-reload", by: undefined }, "systemd read its units again"],
  [
    { ...base, kind: "manager-reexec", by: "systemctl (pid 8)" },
    "systemd executed itself again, asked by systemctl (pid 8)",
  ],
  [{ ...base, kind: "sudo", user: "joe", command: "/bin/true" }, "joe ran /bin/true"],
  [{ ...base, kind: "boot" }, "the host was booted"],
])("%o is told", (event, text) => {
  expect(eventText(event)).toBe(text);
});
