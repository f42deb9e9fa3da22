/** How log lines are written: one JSON object a line, or for people. */
export type LogFormat = "json" | "pretty";
