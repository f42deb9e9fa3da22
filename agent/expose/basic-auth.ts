/** True when the hash is one of this password. Rejects when that could not be computed. */
export type PasswordMatcher = (password: string, hash: string) => Promise<boolean>;

/** What became of a client's credentials. */
export type Verdict = "right" | "wrong" | "busy";

/** Who may ask, by basic authentication. */
export interface BasicAuth {
  /**
   * Judges an Authorization header. Takes as long for a name that is not there as for a wrong
   * password. `busy`: too many wait already. Rejects when a hash could not be computed.
   */
  judge(authorization: string | undefined): Promise<Verdict>;
}

/** What the judging works with. */
export interface BasicAuthParts {
  /** bcrypt hashes by name, as they are now. */
  readonly users: () => ReadonlyMap<string, string>;
  readonly matches: PasswordMatcher;
}

/** Pairs that are remembered, right and wrong ones apart so that these cannot push those out. */
const MOST_KNOWN = 100;
/** Computations that may wait while one is made. */
const MOST_WAITING = 8;
/** Salt and hash of nobody: no password has it, but by its cost it takes as long as another. */
const NOBODY = "abcdefghijklmnopqrstuuabcdefghijklmnopqrstuvwxyzABCDE";

/** Names what must not be kept, by a key that nobody else has. */
async function createNaming(): Promise<(...parts: readonly string[]) => string> {
  // loaded where somebody asks for passwords, and nowhere else
  const { createHmac, randomBytes } = await import("node:crypto");
  const key = randomBytes(32);
  return (...parts) => createHmac("sha256", key).update(JSON.stringify(parts)).digest("base64");
}

/**
 * Judges by bcrypt, one computation at a time, and remembers what it found under a keyed hash of
 * name, bcrypt hash and password: a scraper pays for its password once.
 */
export function createBasicAuth({ users, matches }: BasicAuthParts): BasicAuth {
  const naming = createNaming();
  const known = { right: new Set<string>(), wrong: new Set<string>() };
  const running = new Map<string, Promise<Verdict>>();
  let last: Promise<unknown> = Promise.resolve();

  async function compute(
    after: Promise<unknown>,
    { password, hash, exists, pair }: Question,
  ): Promise<Verdict> {
    await after;
    const same = await matches(password, hash);
    const verdict = same && exists ? "right" : "wrong";
    remember(known[verdict], pair);
    return verdict;
  }

  return {
    async judge(authorization) {
      const given = credentialsOf(authorization);
      if (given === undefined) return "wrong";
      const { user, password } = given;
      const found = users().get(user);
      const hash = found ?? hashOfNobody(users());
      const pair = (await naming)(user, hash, password);
      if (known.right.has(pair)) return "right";
      if (known.wrong.has(pair)) return "wrong";
      const asked = running.get(pair);
      if (asked !== undefined) return await asked;
      if (running.size > MOST_WAITING) return "busy";
      const computed = compute(last, { password, hash, exists: found !== undefined, pair });
      running.set(pair, computed);
      last = computed.then(
        () => running.delete(pair),
        () => running.delete(pair), // whoever asked is told
      );
      return await computed;
    },
  };
}

interface Question {
  readonly password: string;
  readonly hash: string;
  readonly exists: boolean;
  readonly pair: string;
}

/** The oldest gives way. */
function remember(pairs: Set<string>, pair: string): void {
  pairs.add(pair);
  for (const oldest of pairs) {
    if (pairs.size <= MOST_KNOWN) return;
    pairs.delete(oldest);
  }
}

/** As dear as the dearest of the real ones. */
function hashOfNobody(users: ReadonlyMap<string, string>): string {
  const costs = [...users.values()].map((hash) => hash.slice(4, 6)).toSorted();
  return `$2b$${costs.at(-1) ?? "10"}$${NOBODY}`;
}

/** RFC 7617: `Basic`, then name and password with a colon between, in base64. */
function credentialsOf(
  header: string | undefined,
): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/_=-]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return undefined;
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
