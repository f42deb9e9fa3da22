/**
 * Names of the folders with drop-ins of a unit, those of higher precedence first, as
 * systemd.unit(5) has it: its own, of all whose names begin alike up to a dash, and, as `ofType`,
 * of all of its type.
 */
export function dropInFolders(unit: string): {
  readonly named: readonly string[];
  readonly ofType: string;
} {
  const dot = unit.lastIndexOf(".");
  const [name, type] = [unit.slice(0, dot), unit.slice(dot + 1)];
  // a dash at the very start or end cuts off nothing that would be another name
  const dashes = [...name.matchAll(/(?<=.)-(?=.)/gs)].map(({ index }) => index).toReversed();
  const alike = dashes.map((at) => `${name.slice(0, at + 1)}.${type}.d`);
  return { named: [`${unit}.d`, ...alike], ofType: `${type}.d` };
}
