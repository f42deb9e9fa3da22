import type { Report } from "../model/report.ts";
import type { Settings } from "../model/settings.ts";
import { detect } from "../detect/detect.ts";
import { advance } from "../detect/reducer.ts";
import { withUnits } from "../detect/unit-report.ts";
import { createUnitLook, hostUnits, unitsIn } from "../probe/unit-look.ts";
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
  const seen = detect(await probe.look(), { budgetBytes: settings.memory.budgetBytes });
  const { report } = advance(new Map(), seen, monotonicMs(), settings.scan);
  // a child process that tells nothing where there is no unit
  if (unitsIn(report).length === 0) return report;
  const { units } = await createUnitLook(hostUnits(wallMs))(report, []);
  return withUnits(report, units);
}
