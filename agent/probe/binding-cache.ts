import type { Blindness } from "../model/blind.ts";
import type { Binding } from "../model/listener.ts";
import type { Place } from "../model/place.ts";
import { askBindings, type BindingTable } from "./bindings.ts";
import type { FailureLog } from "./failures.ts";
import type { SocketTable } from "./socket-tables.ts";

/** Remembers which file each listener is bound to, which never changes in its life. */
export interface BindingCache {
  /** Asks again if the listeners at `places`, or the files that stand there, are others than the last time. */
  refresh(table: SocketTable, held: readonly number[], places: readonly Place[]): Promise<void>;
  of(netns: string, inode: number): Binding;
  /** Listeners of a namespace that are bound to a file with this inode (low 32 bits). */
  boundTo(netns: string, inode32: number): readonly number[];
  blind(): readonly Blindness[];
}

/** How often a question that was not answered is put again. */
const RETRY_MS = 60_000;

interface Entry {
  readonly question: string;
  readonly askedAtMs: number;
  readonly answer: BindingTable;
  readonly byFile: ReadonlyMap<number, readonly number[]>;
}

/** An empty cache; `procRoot` is where other namespaces are entered through. */
export function createBindingCache(
  procRoot: string,
  log: FailureLog,
  monotonicMs: () => number,
): BindingCache {
  const entries = new Map<string, Entry>();

  function answered(entry: Entry | undefined, question: string, held: readonly number[]): boolean {
    if (entry === undefined || entry.question !== question) return false;
    const { answer } = entry;
    if (answer.kind === "known" && held.every((inode) => answer.of.has(inode))) return true;
    return monotonicMs() - entry.askedAtMs < RETRY_MS;
  }

  return {
    async refresh({ netns, viewer }, held, places) {
      const question = questionOf(held, places);
      if (answered(entries.get(netns), question, held)) return;
      const path = viewer === "self" ? undefined : `${procRoot}/${viewer}/ns/net`;
      const answer = await askBindings(path, log);
      entries.set(netns, { question, askedAtMs: monotonicMs(), answer, byFile: filesIn(answer) });
    },
    of(netns, inode) {
      const answer = entries.get(netns)?.answer;
      if (answer === undefined) return { kind: "unknown", why: "it was not asked" };
      if (answer.kind === "unknown") return answer;
      return answer.of.get(inode) ?? { kind: "unknown", why: "ss did not list the listener" };
    },
    boundTo: (netns, inode32) => entries.get(netns)?.byFile.get(inode32) ?? [],
    blind() {
      return [...entries.values()].flatMap(({ answer }): Blindness[] => {
        return answer.kind === "known" ? [] : [{ what: "bound-file", reason: answer.why }];
      });
    },
  };
}

function filesIn(answer: BindingTable): ReadonlyMap<number, readonly number[]> {
  const byFile = new Map<number, number[]>();
  if (answer.kind === "unknown") return byFile;
  for (const [inode, binding] of answer.of) {
    if (binding.kind !== "file") continue;
    byFile.set(binding.file.inode32, [...(byFile.get(binding.file.inode32) ?? []), inode]);
  }
  return byFile;
}

function questionOf(held: readonly number[], places: readonly Place[]): string {
  const files = places.map(({ key, state }) => {
    return state.kind === "socket" ? `${key}=${state.file.device}:${state.file.inode}` : key;
  });
  return [...held, ...files].join(" ");
}
