import { readFileSync } from "node:fs";
import type { ContainerHost } from "../testbed/host.ts";
import { waitFor } from "../support/wait.ts";
import { follow } from "./follow.ts";
import type { SoakPlace } from "./places.ts";
import {
  isObservation,
  type Observation,
  type PlaceState,
  readTruthLine,
  type Tick,
} from "./truth.ts";

const program = "/usr/local/lib/soak/truth.py";
const intervalMs = 5;
const patienceMs = 60_000;

/** What really happens on a host, all the time. */
export interface Observer {
  /** In the order in which they were made. */
  readonly observations: readonly Observation[];
  readonly ticks: readonly Tick[];
  /** The state of a place as last seen; throws before the first look. */
  now(place: SoakPlace): PlaceState;
  /**
   * Waits until what `wanted` makes of the state of a place is neither undefined nor false, and
   * answers that. Throws with the state when that takes a minute, or when nothing looks any more.
   */
  until<T>(
    place: SoakPlace,
    what: string,
    wanted: (state: PlaceState) => T | undefined | false,
  ): Promise<T>;
  /** Waits until it has looked once more, and said so. */
  lookedAgain(): Promise<void>;
  /** Rejects when it cannot look any more. */
  readonly ended: Promise<never>;
}

/** Starts to look at places of a host and at the process of its agent, whether it runs or not. */
export async function observe(
  host: ContainerHost,
  places: readonly SoakPlace[],
  agentUnit: string,
): Promise<Observer> {
  const source = readFileSync(new URL("truth.py", import.meta.url), "utf8");
  await host.write(program, source);
  const observations: Observation[] = [];
  const ticks: Tick[] = [];
  const latest = new Map<string, PlaceState>();
  const waiting = new Set<() => void>();
  const asked = JSON.stringify({ intervalMs, agent: agentUnit, places });
  const looking = follow(host.initPid, ["python3", program, asked], (text) => {
    const line = readTruthLine(text);
    if (!isObservation(line)) {
      ticks.push(line);
      return;
    }
    observations.push(line);
    latest.set(line.place, line.state);
    for (const look of waiting) {
      look();
    }
  });

  function now({ path }: SoakPlace): PlaceState {
    const state = latest.get(path);
    if (state === undefined) {
      throw new Error(`${path} has not been looked at`);
    }
    return state;
  }

  /** Calls `look` after each change, until what it settles has settled. */
  function watch<T>(look: () => void, comes: Promise<T>): Promise<T> {
    waiting.add(look);
    look();
    return Promise.race([comes, looking.ended]).finally(() => waiting.delete(look));
  }

  async function until<T>(
    place: SoakPlace,
    what: string,
    wanted: (state: PlaceState) => T | undefined | false,
  ): Promise<T> {
    let late: NodeJS.Timeout | undefined;
    let look = (): void => undefined;
    const comes = new Promise<T>((resolve, reject) => {
      look = () => {
        const state = latest.get(place.path);
        const answer = state !== undefined && wanted(state);
        if (answer !== undefined && answer !== false) {
          resolve(answer);
        }
      };
      late = setTimeout(() => {
        const state = JSON.stringify(latest.get(place.path));
        const took = `waited ${patienceMs} ms in vain for ${what}`;
        reject(new Error(`${host.name}: ${took}; ${place.path} is ${state}`));
      }, patienceMs);
    });
    return await watch(look, comes).finally(() => clearTimeout(late));
  }

  for (const place of places) {
    await until(place, "the first look", () => true);
  }
  return {
    observations,
    ticks,
    now,
    until,
    async lookedAgain() {
      const startedMs = Date.now();
      await waitFor(`${host.name}: a look`, () => (ticks.at(-1)?.lookedMs ?? 0) > startedMs);
    },
    ended: looking.ended,
  };
}
