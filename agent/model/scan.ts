/** Why a scan was made. A label of `onemaster_scans_total`, so the set is fixed. */
export type ScanCause =
  | "start"
  | "interval"
  | "scrape" // /metrics or /api was asked
  | "file-event" // something changed in a socket's directory or a pidfile
  | "follow-up" // a second look a moment after an event, or when a suspicion comes of age
  | "journal" // systemd said something of a watched unit
  | "units" // systemd has answered what it knows of the units
  | "reload";

/** All causes, in the order in which metrics list them. */
export const scanCauses: readonly ScanCause[] = [
  "start",
  "interval",
  "scrape",
  "file-event",
  "follow-up",
  "journal",
  "units",
  "reload",
];
