import type { PlacedGroup, UnitCase } from "./audit-case.ts";
import { nativeUnitLines } from "./audit-native-unit.ts";
import { shellWord, writeFile } from "./audit-shell.ts";

function lines(...parts: readonly (readonly string[] | string)[]): string {
  return parts.flat().join("\n");
}

/** Ends what runs in the unit and starts it anew. */
export function restart({ unit, properties }: UnitCase): string {
  const name = shellWord(unit.name);
  // what has failed too often is refused until it is forgotten (StartLimitBurst=)
  const forget = properties.activeState === "failed" ? [`systemctl reset-failed ${name}`] : [];
  return lines(forget, `systemctl restart ${name}`);
}

/**
 * The same where a stop would leave processes behind. Nobody may serve: SIGKILL, so that no
 * master unlinks the path by its name once the next one has bound it.
 */
export function endAllAndRestart({ unit, properties }: UnitCase): string {
  const name = shellWord(unit.name);
  if (properties.controlGroup === undefined) return `systemctl restart ${name}`;
  return lines(`systemctl kill --signal=SIGKILL ${name}`, `systemctl restart ${name}`);
}

/** A native unit in place of this one. */
export function nativeUnit({ unit, groups, expectations }: UnitCase): string {
  return lines(nativeUnitLines({ name: unit.name, unit, groups, expectations }));
}

/** A setting of the service in a file of its own beside the unit's. */
export function dropIn({ unit }: UnitCase, file: string, setting: string): string {
  return dropInFor(unit.name, file, "Service", setting);
}

/** A setting of any unit in a file of its own beside the unit's. */
export function dropInFor(unit: string, file: string, section: string, setting: string): string {
  const folder = `/etc/systemd/system/${unit}.d`;
  return lines(
    `mkdir -p ${shellWord(folder)}`,
    writeFile(`${folder}/${file}.conf`, [`[${section}]`, setting]),
    "systemctl daemon-reload",
  );
}

/** Takes `--daemon` out of the unit's file. */
export function withoutDaemon(unitCase: UnitCase): string {
  const { fragmentPath } = unitCase.properties;
  if (fragmentPath === undefined) return restart(unitCase);
  return lines(
    `sed -i -E '/^ExecStart=/ s/ (-D|--daemon)( |$)/\\2/' ${shellWord(fragmentPath)}`,
    "systemctl daemon-reload",
    restart(unitCase),
  );
}

/** Another program in the unit's file. */
export function withProgram(unitCase: UnitCase, from: string, to: string): string | null {
  const { fragmentPath } = unitCase.properties;
  if (fragmentPath === undefined) return null;
  const pattern = from.replaceAll(/[.[\]*^$\\|]/g, String.raw`\$&`);
  const program = shellWord(`/^ExecStart=/ s|${pattern}|${to}|`);
  return lines(
    `sed -i ${program} ${shellWord(fragmentPath)}`,
    "systemctl daemon-reload",
    restart(unitCase),
  );
}

/**
 * Ends groups that nobody can reach. By the command that looks again first: a pid that is printed
 * may be somebody else's when it is pasted, after a restart that another fix asked for.
 */
export function endGroups(groups: readonly PlacedGroup[]): string {
  const paths = new Set(groups.map(({ socket }) => socket.path));
  return lines([...paths].map((path) => `onemaster remediate --yes --socket ${shellWord(path)}`));
}

/** Writes a pid into a pidfile in one step. */
export function writePidfile(path: string, pid: number): string {
  const fresh = shellWord(`${path}.new`);
  return `echo ${pid} >${fresh} && mv ${fresh} ${shellWord(path)}`;
}
