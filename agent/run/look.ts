import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import { detect } from "../detect/detect.ts";
import { advance } from "../detect/reducer.ts";
import { createProbe } from "../probe/probe.ts";
import { systemClock } from "./clock.ts";

/** One full look at the host. Nothing is confirmed by it, which takes a second look. */
export async function lookOnce(settings: Settings): Promise<Report> {
  const { wallMs, monotonicMs } = systemClock;
  const probe = createProbe({
    sockets: settings.sockets,
    wallMs,
    monotonicMs,
    procRoot: "/proc",
    cgroupRoot: "/sys/fs/cgroup",
  });
  const report = detect(await probe.look(), { budgetBytes: settings.memory.budgetBytes });
  return advance(new Map(), report, monotonicMs(), settings.scan).report;
}
