/** What could not be seen. A label of `onemaster_blind`, so the set is fixed. */
export type BlindSpot =
  | "processes" // pids of other users are hidden, or /proc could not be listed
  | "fd-links" // which sockets a gunicorn process holds
  | "listeners" // the socket table of a network namespace
  | "bound-file" // which file a listener is bound to
  | "path" // the directory or file at a socket's path
  | "memory" // what a group holds
  | "pidfile"
  | "journal" // what systemd says of units, as it happens
  | "unit" // what systemd knows of a unit
  | "watch"; // file events: scans still run on scrape and at the interval

/** All of them, in the order in which metrics and texts list them. */
export const blindSpots: readonly BlindSpot[] = [
  "processes",
  "fd-links",
  "listeners",
  "bound-file",
  "path",
  "memory",
  "pidfile",
  "journal",
  "unit",
  "watch",
];

/** Those that leave every verdict as certain as before: a look without others is complete. */
export const harmlessSpots: ReadonlySet<string> = new Set<BlindSpot>([
  "memory",
  "pidfile",
  "journal",
  "unit",
  "watch",
]);

/** One thing that could not be seen, and why. */
export interface Blindness {
  readonly what: BlindSpot;
  /** The process it is about; absent when it is about the host. */
  readonly pid?: number;
  /** The key of the place it is about; absent when it is not about one. */
  readonly place?: string;
  /** `denied`, an error code, or a sentence. */
  readonly reason: string;
}
