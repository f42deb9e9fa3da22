import type { Report, SocketReport } from "../model/report.ts";

/** One value of performance data; null is `U`, which means that it could not be told. */
interface Value {
  readonly label: string;
  readonly value: number | null;
  readonly unit: "" | "B";
  /** The range outside of which to warn, or to call it critical; empty for none. */
  readonly warn?: string;
  readonly critical?: string;
  readonly least?: number;
  readonly most?: number;
}

/** Quoted when the format asks for it; `=` and `'` would end a label. */
function labelText(label: string): string {
  const plain = label.replaceAll(/[=']/g, "_");
  return /\s/.test(plain) ? `'${plain}'` : plain;
}

/** `label=value[unit];warn;critical;least;most`, empty fields at the end left out. */
function valueText({ label, value, unit, warn, critical, least, most }: Value): string {
  const number = value === null ? "U" : `${value}${unit}`;
  const fields = [number, warn ?? "", critical ?? "", least ?? "", most ?? ""].join(";");
  return `${labelText(label)}=${fields.replace(/;+$/, "")}`;
}

function workersOf({ groups }: SocketReport): number {
  return groups.reduce((sum, group) => sum + group.workers.length, 0);
}

function socketValues(socket: SocketReport, prefix: string, warnRatio: number): Value[] {
  const { rssBytes, reclaimableBytes, budgetBytes } = socket.orphanMemory;
  const warn = budgetBytes === null ? "" : String(Math.round(budgetBytes * warnRatio));
  // what is not known to be all of it is not given as a number
  const workers = socket.masters === null ? null : workersOf(socket);
  return [
    { label: `${prefix}masters`, value: socket.masters, unit: "", critical: "1:1" },
    { label: `${prefix}workers`, value: workers, unit: "" },
    { label: `${prefix}orphan_rss`, value: rssBytes, unit: "B" },
    { label: `${prefix}orphan_reclaimable`, value: reclaimableBytes, unit: "B", warn, least: 0 },
  ];
}

/**
 * Performance data as plug-ins print it after the `|`. With several sockets each label starts
 * with the path. `warnRatio` of the budget is what unreachable memory may be before a warning.
 */
export function perfdata({ sockets, host }: Report, warnRatio: number): string {
  const values = sockets.flatMap((socket) =>
    socketValues(socket, sockets.length === 1 ? "" : `${socket.path}:`, warnRatio),
  );
  const most = host.memoryTotalBytes ?? undefined;
  values.push({
    label: "memory_available",
    value: host.memoryAvailableBytes,
    unit: "B",
    least: 0,
    ...(most === undefined ? {} : { most }),
  });
  return values.map(valueText).join(" ");
}
