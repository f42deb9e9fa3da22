/**
 * How log lines are written: one JSON object a line, for people on a terminal, or for people who
 * read the journal, each line with the priority that it has there.
 */
export type LogFormat = "json" | "pretty" | "journal";
