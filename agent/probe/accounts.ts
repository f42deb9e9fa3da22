import { parseAccounts } from "../parse/accounts.ts";
import type { Files } from "./files.ts";

/** Names of users and groups by id. Ids without a name (LDAP, containers) have none here. */
export interface Accounts {
  users(ids: readonly number[]): ReadonlyMap<number, string>;
  groups(ids: readonly number[]): ReadonlyMap<number, string>;
}

/** Reads /etc/passwd and /etc/group, and again only when an id is met for the first time. */
export function createAccounts(files: Files): Accounts {
  const users = createTable("/etc/passwd", files);
  const groups = createTable("/etc/group", files);
  return { users, groups };
}

function createTable(
  path: string,
  files: Files,
): (ids: readonly number[]) => ReadonlyMap<number, string> {
  let names: ReadonlyMap<number, string> = new Map();
  const met = new Set<number>();
  return (ids) => {
    const unmet = ids.filter((id) => !met.has(id));
    if (unmet.length > 0) {
      for (const id of unmet) met.add(id);
      const text = files.text(path);
      if (text.ok) names = parseAccounts(text.value);
    }
    return names;
  };
}
