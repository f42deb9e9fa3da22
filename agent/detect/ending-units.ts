import type { SocketReport } from "../model/report.ts";
import type { UnitProperties, UnitsSeen } from "../model/unit.ts";
import {
  headOf,
  leadingPids,
  nameOf,
  type Target,
  unitNamed,
  unitOf,
  unitsOfSocket,
} from "./ending-case.ts";

/** Why somebody would start the target again. */
export function whySupervised(target: Target): readonly string[] {
  return [...whyMainProcess(target), ...whyParent(target), ...whyStartedAgain(target)];
}

function whyMainProcess({ units, group }: Target): readonly string[] {
  const members = new Set([...leadingPids(group), ...group.others.map(({ pid }) => pid)]);
  return (units?.units ?? []).flatMap(({ name, properties }) => {
    const pid = properties.ok ? properties.value.mainPid : undefined;
    if (pid === undefined || !members.has(pid)) return [];
    const what = `process ${pid} is the main process of ${name}, which may start it again`;
    return [`${what} and so take the path: bring the service under one unit instead`];
  });
}

/** A daemon's parent is pid 1; any other parent has started it, or waits for it. */
function whyParent({ units, group }: Target): readonly string[] {
  const head = headOf(units, group);
  if (head === undefined) return [];
  const [parent] = head.ancestors;
  if (parent === 1) return [];
  if (parent === undefined) {
    return [`the parent of process ${head.id.pid} is out of sight and may start it again`];
  }
  const what = `process ${head.id.pid} has a living parent, process ${parent}, which may start`;
  return [`${what} it again: see what that is, and end it first`];
}

/** What systemd does once the last process of the target's own unit has left. */
function whyStartedAgain({ units, group, owner }: Target): readonly string[] {
  const name = unitOf(units, group);
  // what else of that unit is left keeps it from being started again
  if (name === undefined || (owner !== undefined && unitOf(units, owner) === name)) return [];
  const properties = propertiesOf(units, name);
  const restart = properties?.shown["Restart"] ?? "";
  const triggers = properties?.triggeredBy ?? [];
  const whys: string[] = [];
  if (restart !== "" && restart !== "no") {
    const what = `${name} of ${nameOf(group)} has Restart=${restart}, and who serves is not in it`;
    whys.push(`${what}: systemd would start it again`);
  }
  if (triggers.length > 0) {
    const what = `${name} of ${nameOf(group)} is started by ${triggers.join(", ")}`;
    whys.push(`${what}, and who serves is not in it`);
  }
  return whys;
}

function propertiesOf(units: UnitsSeen | undefined, name: string): UnitProperties | undefined {
  const properties = unitNamed(units, name)?.properties;
  return properties?.ok === true ? properties.value : undefined;
}

/** In these systemd is between two states of a unit. */
const changing: ReadonlySet<string> = new Set([
  "activating",
  "deactivating",
  "reloading",
  "refreshing",
]);

/** Why systemd is at work on a unit of the socket. */
export function whyUnitJob(units: UnitsSeen | undefined, socket: SocketReport): readonly string[] {
  return unitsOfSocket(units, socket).flatMap((name) => {
    const { job = 0, activeState = "" } = propertiesOf(units, name) ?? {};
    if (job === 0 && !changing.has(activeState)) return [];
    const what = job === 0 ? `${name} is ${activeState}` : `${name} has job ${job}`;
    return [`${what}: wait until systemctl list-jobs shows none, then look again`];
  });
}
