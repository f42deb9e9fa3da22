import Table from "cli-table3";
import type { GroupReport, SocketReport } from "../model/report.ts";
import { formatDuration } from "../parse/duration.ts";
import { escapeUnprintable } from "../parse/path-text.ts";
import { formatBytes } from "../parse/size.ts";
import type { Colours } from "./status-colours.ts";
import { textWidth, wrap } from "./wrap.ts";

const heads = ["ROLE", "PID", "AGE", "USER", "WORKERS", "OTHERS", "RSS", "RECLAIM"];
const numeric = new Set(["PID", "WORKERS", "OTHERS", "RSS", "RECLAIM"]);
const mostListedPids = 8;
const mostUserWidth = 10;
const mostCommandWidth = 60;
/** So that unit and listener of a group fit one line below it. */
const leastWidth = 76;
const userColumn = heads.indexOf("USER");

// no frame and no lines between the columns: 80 characters are needed for what is in them
const frame = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  right: "",
  "right-mid": "",
  middle: " ",
  mid: "─",
  "mid-mid": "─",
};

function shortened(text: string, most: number): string {
  return textWidth(text) <= most
    ? text
    : `${Array.from(text)
        .slice(0, most - 1)
        .join("")}…`;
}

function bytes(count: number | undefined): string {
  return count === undefined ? "unknown" : formatBytes(count);
}

function cells(group: GroupReport, takenAt: string): string[] {
  const { master, memory } = group;
  const age =
    master === null ? "–" : formatDuration(Date.parse(takenAt) - Date.parse(master.startedAt));
  const user = master === null ? "–" : (master.user ?? "unknown");
  return [
    group.role,
    master === null ? "dead" : String(master.pid),
    age,
    shortened(escapeUnprintable(user), mostUserWidth),
    String(group.workers.length),
    String(group.others.length),
    bytes(memory?.rssBytes),
    bytes(memory?.reclaimableBytes),
  ];
}

function pidList(pids: readonly number[]): string {
  const more = pids.length - mostListedPids;
  return pids.slice(0, mostListedPids).join(" ") + (more > 0 ? ` and ${more} more` : "");
}

function listenerText({ listener }: GroupReport, { file }: SocketReport): string {
  const name = `listener ${listener.inode}`;
  if (listener.fileInode === null) return `${name} → unknown file`;
  const bound = `${name} → file ${listener.fileInode}`;
  // the kernel tells the low 32 bits of a bound file's inode
  const atPath = file !== null && file.inode % 2 ** 32 === listener.fileInode;
  return atPath ? `${bound}, at the path` : `${bound}, not at the path`;
}

/** What does not fit a column: unit, listener and file, worker pids, other processes, command. */
function details(group: GroupReport, socket: SocketReport): string[] {
  const lines = [`${group.master?.unit ?? "no unit"} · ${listenerText(group, socket)}`];
  if (group.workers.length > 0) {
    const label = group.workers.length === 1 ? "worker" : "workers";
    lines.push(`${label} ${pidList(group.workers.map(({ pid }) => pid))}`);
  }
  if (group.others.length > 0) {
    const [first] = group.others;
    const command = shortened(escapeUnprintable(first?.command ?? ""), 30);
    const more = group.others.length > 1 ? ` and ${group.others.length - 1} more` : "";
    lines.push(`others ${first?.pid} ${command}${more}`);
  }
  if (group.master !== null) {
    lines.push(shortened(escapeUnprintable(group.master.command), mostCommandWidth));
  }
  return lines;
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(textWidth));
}

/**
 * The groups of a socket as a table for people: a line of columns for each group, and below
 * it what fits no column. At most 80 characters wide as long as pids have seven digits.
 */
export function groupTable(socket: SocketReport, takenAt: string, colours: Colours): string[] {
  const rows = socket.groups.map((group) => cells(group, takenAt));
  // with the blank that pads it; another stands between it and the next column
  const colWidths = heads.map(
    (head, column) => widest([head, ...rows.map((row) => row[column] ?? "")]) + 1,
  );
  const needed = colWidths.reduce((sum, column) => sum + column + 1, -2);
  const width = Math.max(needed, leastWidth);
  colWidths[userColumn] = (colWidths[userColumn] ?? 0) + width - needed;
  const table = new Table({
    head: heads.map(colours.bold),
    colWidths,
    colAligns: heads.map((head) => (numeric.has(head) ? "right" : "left")),
    chars: frame,
    style: { "padding-left": 0, "padding-right": 1, head: [], border: [], compact: true },
  });
  for (const [index, group] of socket.groups.entries()) {
    const [role = "", ...texts] = rows[index] ?? [];
    table.push([colours.role(group.role)(role), ...texts]);
    for (const line of details(group, socket).flatMap((text) => wrap(text, width - 2))) {
      table.push([{ content: colours.dim(`  ${line}`), colSpan: heads.length, hAlign: "left" }]);
    }
  }
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}
