import type { CutoverRecord } from "../model/cutover-record.ts";
import type { CutoverFlags } from "../model/cutover-flags.ts";

type Asked = Pick<CutoverFlags, "unit" | "socket">;

/**
 * The cutover that was left halfway and is taken up, of those that there are records of. Undefined:
 * none was left. `why`: one of another service was, which nobody has asked for. Pure.
 */
export function leftFor(
  records: readonly CutoverRecord[],
  flags: Asked,
): CutoverRecord | { readonly why: string } | undefined {
  const left = records.filter(isLeft);
  if (left.length === 0) return undefined;
  const [mine, ...more] = left.filter((record) => isAbout(record, flags));
  const isSaid = flags.unit !== undefined || flags.socket !== undefined;
  if (mine !== undefined && (isSaid || more.length === 0)) return mine;
  const units = left.map(({ unit }) => unit);
  const cure = `onemaster cutover apply --unit ${units[0]} --yes finishes it`;
  return { why: `a cutover of ${units.join(", and one of ")} was left halfway: ${cure}` };
}

/** True unless what is said names another service. */
function isAbout({ unit, target }: CutoverRecord, flags: Asked): boolean {
  if (flags.socket !== undefined && flags.socket !== target.socket.path) return false;
  return flags.unit === undefined || [unit, target.service.name].includes(flags.unit);
}

/** Under way when its command died, or not all of it could be put back. */
export function isLeft({ outcome, undoing }: CutoverRecord): boolean {
  return outcome === null || (outcome === "failed" && undoing !== null);
}
