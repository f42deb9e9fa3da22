import { platform } from "../testbed/incident.ts";

/** A service that is put through cycles, and where it listens. */
export interface SoakPlace {
  readonly path: string;
  readonly unit: string;
  readonly pidfile: string | null;
}

const nativeRoot = "/srv/native-platform";

/**
 * Both services of a host: the one of the incident, wrapped by systemd-sysv-generator, and its
 * cure, a native unit. They are apart in every way, so that both go through cycles at once.
 */
export const soakPlaces = {
  sysv: { path: platform.socket, unit: platform.unit, pidfile: platform.pidfile },
  native: { path: `${nativeRoot}/native.sock`, unit: "native-platform.service", pidfile: null },
} as const satisfies Record<string, SoakPlace>;

/** One of the services. */
export type SoakPlaceName = keyof typeof soakPlaces;

/** Workers of each master: few, for cycles to be fast. */
export const soakWorkers = 2;

/** The production service's native unit, for another folder and with few workers. */
export function nativeUnit(production: string): string {
  return production
    .replaceAll(platform.socket, soakPlaces.native.path)
    .replaceAll(platform.root, nativeRoot)
    .replace("-w 4", `-w ${soakWorkers}`);
}

/** The folder of the native service. */
export const nativeFolder = nativeRoot;
