import type { Hands } from "../model/acting.ts";
import type { Report } from "../model/report.ts";
import type { RemediationSettings } from "../model/settings.ts";

/** What is to be said at the start about the right to act. */
export interface RightsLine {
  readonly level: "info" | "warn";
  readonly text: string;
}

/**
 * Finds out by signal 0, which sends nothing, whether this process may signal the members of the
 * groups in sight, so that a missing right shows at the start and not in the night. Undefined: the
 * mode is `off`, so that nothing is to be said.
 */
export function rightsToAct(
  report: Report,
  { mode }: RemediationSettings,
  hands: Hands,
): RightsLine | undefined {
  if (mode === "off") return undefined;
  const pids = report.sockets.flatMap(({ groups }) =>
    groups.flatMap(({ master, workers }) => [
      ...(master === null ? [] : [master.pid]),
      ...workers.map(({ pid }) => pid),
    ]),
  );
  const refused = pids.flatMap((pid) => {
    const done = hands.signal(pid, 0);
    return done.kind === "denied" || done.kind === "failed" ? [{ pid, why: done.why }] : [];
  });
  const [first] = refused;
  if (first !== undefined) {
    const text =
      `remediation.mode is ${mode}, but process ${first.pid} must not be signalled ` +
      `(${first.why}): nothing can be ended; run as root, or grant CAP_KILL`;
    return { level: "warn", text };
  }
  return pids.length === 0
    ? { level: "info", text: `remediation.mode is ${mode}; no gunicorn runs here to try it on` }
    : { level: "info", text: `remediation.mode is ${mode}, and groups here may be signalled` };
}
