import type { SeenLife } from "./lifetimes-sightings.ts";

/** Lives that listened at one address, in the order in which they began to. */
export interface AddressLives {
  /** Absolute path where it is known, else as logged. */
  readonly address: string;
  readonly lives: readonly SeenLife[];
}

/** The lives of one log, and what is known of their sockets. */
export interface LogOfMasters {
  /** In the order of the log. */
  readonly lives: readonly SeenLife[];
  /** Absolute paths of the sockets that settings name with this error_log. */
  readonly sockets: readonly string[];
}

/**
 * Sorts lives by the unix socket they listened at. A relative name means another file in another
 * directory: lives of two logs are put together only by an absolute path, as logged, as settings
 * say, or as a master that still runs shows. TCP addresses are left out: a port that is taken
 * refuses the second master.
 */
export function byAddress(logs: readonly LogOfMasters[]): readonly AddressLives[] {
  const groups = new Map<string, { address: string; lives: SeenLife[]; logs: Set<LogOfMasters> }>();
  logs.forEach((log, index) => {
    const living = log.lives.flatMap((life) => life.living?.socket ?? []);
    const known = [...log.sockets, ...living];
    for (const life of log.lives) {
      for (const name of unixNames(life.addresses)) {
        const path = absolute(name, known);
        const key = path ?? `${index} ${name}`;
        const group = groups.get(key) ?? { address: path ?? name, lives: [], logs: new Set() };
        group.lives.push(life);
        group.logs.add(log);
        groups.set(key, group);
      }
    }
  });
  return [...groups.values()].map((group) => ({
    address: group.address,
    lives:
      group.logs.size === 1
        ? group.lives
        : group.lives.toSorted((one, other) => one.listeningMs - other.listeningMs),
  }));
}

function unixNames(addresses: readonly string[]): ReadonlySet<string> {
  return new Set(
    addresses.flatMap((address) => {
      const name = /^unix:(.+)$/.exec(address)?.[1];
      return name === undefined ? [] : [withoutDots(name)];
    }),
  );
}

/** Without `.` and doubled slashes; `..` stays, since only the kernel can resolve it. */
function withoutDots(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  return `${name.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}

function absolute(name: string, known: readonly string[]): string | undefined {
  if (name.startsWith("/")) return name;
  const ending = new Set(known.filter((path) => path.endsWith(`/${name}`)));
  return ending.size === 1 ? [...ending][0] : undefined;
}
