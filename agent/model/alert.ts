/** Alerts that the agent can push by itself: names of alerts in rules/onemaster.rules.yml. */
export const alertNames = [
  "OnemasterDuplicateMaster",
  "OnemasterSocketUnreachable",
  "OnemasterNoMaster",
  "OnemasterOrphanedWorkers",
  "OnemasterOrphanMemory",
  "OnemasterHandoverStuck",
  "OnemasterUnitWillDuplicate",
  "OnemasterBreakerOpen",
  "OnemasterBlind",
] as const;

/** One of these names. */
export type AlertName = (typeof alertNames)[number];

/** What makes one alert another than all others of this host. */
export interface AlertId {
  readonly name: AlertName;
  /** Value of its identifying label; undefined: it has none. */
  readonly about: string | undefined;
}

/** What Alertmanager shows beside the labels. Pids and figures stand here, never in a label. */
export interface AlertAnnotations {
  readonly summary: string;
  readonly description: string;
  readonly runbook_url: string;
}

/** An alert that fires. */
export interface Alert {
  readonly id: AlertId;
  readonly annotations: AlertAnnotations;
  /** When it began to fire, wall clock, milliseconds since 1970. */
  readonly startsAtMs: number;
  /** What it is about was seen to be over, but not for long enough: it is neither told again nor ended. */
  readonly over: boolean;
}

/** Labels by name. */
export type Labels = Readonly<Record<string, string>>;

/** An alert as an Alertmanager is told of it. */
export interface ToldAlert {
  readonly labels: Labels;
  readonly annotations: AlertAnnotations;
  /** Wall clock of this host, milliseconds since 1970. */
  readonly startsAtMs: number;
  /** Null: it fires. */
  readonly endsAtMs: number | null;
}

/** All that one Alertmanager has been told, or is to be told, and does not know to be over. */
export interface ToldTarget {
  readonly url: string;
  readonly alerts: readonly ToldAlert[];
}

/** How it stands with one Alertmanager. */
export interface AlertmanagerState {
  readonly url: string;
  /** The last push was taken; undefined: none has ended yet. */
  readonly up: boolean | undefined;
  readonly taken: number;
  readonly failed: number;
}
