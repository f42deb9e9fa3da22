const suffixes = "service|scope|socket|mount|automount|swap|timer|path|target|device|slice";

/** systemd.unit(5): letters, digits and `:-_.\@`, a suffix, at most 255 characters. */
const wellFormed = new RegExp(String.raw`^[\w:.\\@][\w:.\\@-]*\.(?:${suffixes})$`);

const longest = 255;

/**
 * The unit that a person means: `platform` is `platform.service`, as for systemctl. Undefined
 * for what cannot be a unit's name: systemctl would ask for another one instead.
 */
export function unitNamed(typed: string): string | undefined {
  const name = wellFormed.test(typed) ? typed : `${typed}.service`;
  return wellFormed.test(name) && name.length <= longest ? name : undefined;
}
