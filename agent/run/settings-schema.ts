import * as v from "valibot";
import { defaultSettings } from "../model/settings-defaults.ts";
import {
  absolutePath,
  budget,
  duration,
  foundText,
  listenAddress,
  ratio,
  unitName,
} from "./settings-values.ts";

const socketExample = "/run/app/app.sock";
const { scan, memory, web } = defaultSettings;

/** A map with these entries, or an issue that shows an example of one. */
function mapOf<Entries extends v.ObjectEntries>(entries: Entries, example: string) {
  function refuse({ input }: v.BaseIssue<unknown>): string {
    return `${foundText(input)}; write a map, like ${example}`;
  }
  return v.pipe(
    // v.object alone takes a list for a map
    v.custom<object>((input) => !Array.isArray(input), refuse),
    v.object(entries, (issue) =>
      issue.expected === "Object" ? refuse(issue) : `missing; write it, like ${example}`,
    ),
  );
}

const socketEntries = {
  path: absolutePath(socketExample),
  unit: v.optional(unitName()),
  pidfile: v.nullish(absolutePath("/run/app/gunicorn.pid")),
};

const memoryEntries = { budget: v.optional(budget()), orphan_warn_ratio: v.optional(ratio()) };

const scanEntries = {
  interval: v.optional(duration("1s", "1h")),
  confirm_for: v.optional(duration("0s", "1h")),
  handover_limit: v.optional(duration("1s", "24h")),
  drain_limit: v.optional(duration("1s", "24h")),
};

const webEntries = { listen: v.optional(listenAddress()) };

function notAList({ input }: v.ArrayIssue): string {
  return `${foundText(input)}; write a list of sockets, like [{ path: ${socketExample} }]`;
}

const topEntries = {
  sockets: v.nullish(v.array(mapOf(socketEntries, `path: ${socketExample}`), notAList), []),
  memory: v.nullish(mapOf(memoryEntries, "budget: 2GiB"), {}),
  scan: v.nullish(mapOf(scanEntries, "interval: 15s"), {}),
  web: v.nullish(mapOf(webEntries, "listen: 127.0.0.1:10709"), {}),
};

/**
 * A settings file as a value in, `Settings` with defaults filled in out. Every issue's
 * message says what was found and what would be right. Unknown keys are not its business:
 * see `knownKeys`. An empty section (null, as when all its lines are comments) is its default.
 */
export const fileSchema = v.pipe(
  mapOf(topEntries, "scan: { interval: 15s }"),
  v.transform((file) => ({
    sockets: file.sockets.map(({ path, unit, pidfile }) => ({
      path,
      unit,
      pidfile: pidfile ?? undefined,
    })),
    memory: {
      budgetBytes: file.memory.budget,
      orphanWarnRatio: file.memory.orphan_warn_ratio ?? memory.orphanWarnRatio,
    },
    scan: {
      intervalMs: file.scan.interval ?? scan.intervalMs,
      confirmForMs: file.scan.confirm_for ?? scan.confirmForMs,
      handoverLimitMs: file.scan.handover_limit ?? scan.handoverLimitMs,
      drainLimitMs: file.scan.drain_limit ?? scan.drainLimitMs,
    },
    web: file.web.listen ?? web,
  })),
);

/** The keys that each map of the file may have; `sockets` stands for each map of that list. */
export const knownKeys = {
  top: Object.keys(topEntries),
  sockets: Object.keys(socketEntries),
  memory: Object.keys(memoryEntries),
  scan: Object.keys(scanEntries),
  web: Object.keys(webEntries),
} as const;
