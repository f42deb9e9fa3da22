import { wholeNumber } from "./whole-number.ts";

/** The largest uid_t that names somebody; 2^32-1 means "no change". */
const largestId = 0xffff_fffe;

/**
 * Names by id from /etc/passwd or /etc/group, which both start `name:password:id:`. Of several
 * names for one id the first counts, as in getpwuid(3). Other lines are passed over.
 */
export function parseAccounts(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split("\n")) {
    const [name, password, idText] = line.split(":");
    const id = wholeNumber(idText);
    if (name === undefined || name === "" || password === undefined || id === undefined) continue;
    if (id <= largestId && !names.has(id)) names.set(id, name);
  }
  return names;
}
