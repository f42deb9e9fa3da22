import type { Report } from "../model/report.ts";
import type { Read } from "../model/read.ts";
import type { UnitFacts, UnitProperties, UnitsSeen } from "../model/unit.ts";
import { unitNamed } from "../parse/unit-name.ts";
import { createBootTime } from "./boot-time.ts";
import { createFailureLog, type FailureLog } from "./failures.ts";
import { createFiles } from "./files.ts";
import { procPaths } from "./paths.ts";
import { createSlowFiles } from "./slow-files.ts";
import { defaultsFileOf, initScriptOf, processesOf, type UnitRoots } from "./unit-files.ts";
import { headsOf, readHead } from "./unit-heads.ts";
import { readPidfileFacts } from "./unit-pidfiles.ts";
import { gunicornsNear, programOf } from "./unit-program.ts";
import { showUnits, systemctl, type SystemctlOptions } from "./unit-systemctl.ts";

/** What a look at units needs to know and to use. */
export interface UnitLookOptions extends UnitRoots {
  /** Ordinarily `/proc`. */
  readonly procRoot: string;
  readonly systemctl: SystemctlOptions;
  readonly wallMs: () => number;
  /** The kernel's CLOCK_MONOTONIC in milliseconds, which is what systemd's timestamps are of. */
  readonly kernelMonotonicMs: () => number;
  readonly log: FailureLog;
}

/** Looks at the units of a report, and at those named beside. */
export type LookAtUnits = (report: Report, named: readonly string[]) => Promise<UnitsSeen>;

/** How long a process that does not answer is waited for. */
const PATIENCE_MS = 2_000;
/** More units than gunicorns on any host; names come from settings and cgroups. */
const MOST_UNITS = 64;

/** The usual places of a host. */
export function hostUnits(wallMs: () => number): UnitLookOptions {
  return {
    procRoot: "/proc",
    etcRoot: "/etc",
    cgroupRoot: "/sys/fs/cgroup",
    systemctl,
    wallMs,
    // libuv reads CLOCK_MONOTONIC for it
    kernelMonotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
    log: createFailureLog(),
  };
}

/** The services of a report: those that are named for its sockets, and those its masters are in. */
export function unitsIn({ sockets }: Report): readonly string[] {
  const names = sockets.flatMap(({ unit, groups }) => [
    unit?.name,
    ...groups.map(({ master }) => master?.unit),
  ]);
  const services = names.flatMap((name) => (name?.endsWith(".service") === true ? [name] : []));
  return [...new Set(services)].toSorted();
}

/** A look that never rejects for what the host does: what could not be read says why. */
export function createUnitLook(options: UnitLookOptions): LookAtUnits {
  const proc = procPaths(options.procRoot);
  const files = createFiles(options.log);
  const slow = createSlowFiles(options.log, PATIENCE_MS);
  const bootTime = createBootTime(proc, files, options.wallMs);
  const hostRoot = proc.of(1, "root");

  function factsOf(name: string, properties: Read<UnitProperties>): UnitFacts {
    const known = properties.ok ? properties.value : undefined;
    const program = known === undefined ? undefined : programOf(known, hostRoot, files);
    const changedMs = known?.stateChangedMonotonicMs;
    return {
      name,
      properties,
      stateAgeMs: changedMs === undefined ? undefined : options.kernelMonotonicMs() - changedMs,
      initScript: initScriptOf(name, options, files),
      program,
      gunicorns: gunicornsNear(program?.named, hostRoot, files),
      defaultsFile: defaultsFileOf(name, options, files),
      processes: properties.ok ? processesOf(properties.value, options, files) : properties,
    };
  }

  async function units(names: readonly string[]): Promise<readonly UnitFacts[]> {
    const wellFormed = names.filter((name) => unitNamed(name) === name).slice(0, MOST_UNITS);
    const shown = await showUnits(wellFormed, options.systemctl, options.log);
    return names.map((name) => {
      if (!shown.ok) return factsOf(name, shown);
      const value = shown.value.get(name);
      if (value !== undefined) return factsOf(name, { ok: true, value });
      const why = wellFormed.length === MOST_UNITS ? "too many units" : "not the name of a unit";
      return factsOf(name, { ok: false, failure: { kind: "malformed", what: name, why } });
    });
  }

  return async (report, named) => {
    const names = [...new Set([...named, ...unitsIn(report)])];
    const [seen, heads] = await Promise.all([
      units(names),
      Promise.all(headsOf(report).map((id) => readHead(id, proc, files, slow))),
    ]);
    const { bootTimeMs } = bootTime.read();
    const paths = new Set([
      ...report.sockets.flatMap(({ pidfile }) => pidfile?.path ?? []),
      ...seen.flatMap(({ properties }) => (properties.ok ? (properties.value.pidFile ?? []) : [])),
    ]);
    return {
      units: seen,
      heads: heads.filter((head) => head !== undefined),
      pidfiles: await Promise.all(
        [...paths].map((path) => readPidfileFacts(path, bootTimeMs, { proc, files, slow })),
      ),
    };
  };
}
