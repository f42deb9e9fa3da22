import { readlinkSync } from "node:fs";
import type { Blindness } from "../model/blind.ts";
import type { Binding } from "../model/listener.ts";
import type { Place } from "../model/place.ts";
import { askBindings, type BindingTable } from "./bindings.ts";
import { type FailureLog, failureOf } from "./failures.ts";
import type { SocketTable } from "./socket-tables.ts";

/** Remembers which file each listener is bound to, which never changes in its life. */
export interface BindingCache {
  /** Asks again if the listeners at `places`, or the files that stand there, are others than the last time. */
  refresh(table: SocketTable, held: readonly number[], places: readonly Place[]): Promise<void>;
  /** Forgets what was asked in all other namespaces, which may be gone by now. */
  keepOnly(namespaces: ReadonlySet<string>): void;
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

  /** A zombie has let go of its namespaces, though it is still there. */
  function hasLeft(viewer: SocketTable["viewer"]): boolean {
    if (viewer === "self") return false;
    try {
      readlinkSync(`${procRoot}/${viewer}/ns/net`);
      return false;
    } catch (error) {
      return failureOf(`${viewer}/ns/net`, error).kind === "gone";
    }
  }

  return {
    async refresh({ netns, viewer }, held, places) {
      const question = questionOf(held, places);
      if (answered(entries.get(netns), question, held)) return;
      const path = viewer === "self" ? undefined : `${procRoot}/${viewer}/ns/net`;
      const answer = onlyAbout(held, places, await askBindings(path, log));
      // a container that ended meanwhile has nothing left to be blind to
      if (answer.kind === "unknown" && hasLeft(viewer)) return;
      entries.set(netns, { question, askedAtMs: monotonicMs(), answer });
    },
    keepOnly(namespaces) {
      for (const netns of entries.keys()) if (!namespaces.has(netns)) entries.delete(netns);
    },
    of(netns, inode) {
      const answer = entries.get(netns)?.answer;
      if (answer === undefined) return { kind: "unknown", why: "it was not asked" };
      if (answer.kind === "unknown") return answer;
      return answer.of.get(inode) ?? { kind: "unknown", why: "ss did not list the listener" };
    },
    boundTo(netns, inode32) {
      const answer = entries.get(netns)?.answer;
      if (answer?.kind !== "known") return [];
      return [...answer.of].flatMap(([inode, binding]) => {
        return binding.kind === "file" && binding.file.inode32 === inode32 ? inode : [];
      });
    },
    blind() {
      return [...entries.values()].flatMap(({ answer }): Blindness[] => {
        return answer.kind === "known" ? [] : [{ what: "bound-file", reason: answer.why }];
      });
    },
  };
}

/** Keeps of an answer what was asked: a host may have thousands of other listeners. */
function onlyAbout(
  held: readonly number[],
  places: readonly Place[],
  answer: BindingTable,
): BindingTable {
  if (answer.kind === "unknown") return answer;
  const wanted = new Set(held);
  const files = new Set(
    places.flatMap(({ state }) => (state.kind === "socket" ? state.file.inode % 2 ** 32 : [])),
  );
  const kept = [...answer.of].filter(([inode, binding]) => {
    return wanted.has(inode) || (binding.kind === "file" && files.has(binding.file.inode32));
  });
  return { kind: "known", of: new Map(kept) };
}

function questionOf(held: readonly number[], places: readonly Place[]): string {
  const files = places.map(({ key, state }) => {
    return state.kind === "socket" ? `${key}=${state.file.device}:${state.file.inode}` : key;
  });
  return [...held, ...files].join(" ");
}
