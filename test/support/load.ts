import { whoAnswers } from "./http.ts";
import { waitFor } from "./wait.ts";

/** What became of the requests of a load. */
export interface LoadResult {
  readonly answered: number;
  /** What each request that failed met. */
  readonly failures: readonly string[];
  /** Masters whose workers have answered, in order of pid. */
  readonly masters: readonly number[];
}

/** Requests that go on until they are told to stop. */
export interface Load {
  /** Sends no more, waits for all answers, and gives what became of them. */
  stop(): Promise<LoadResult>;
}

const TICK_MS = 5;
/** A host that is too busy gets no more than this at a time. */
const MOST_AT_ONCE = 100;

/** Sends this many requests a second to a socket, each on a connection of its own. */
export async function startLoad(path: string, perSecond: number): Promise<Load> {
  const failures: string[] = [];
  const masters = new Set<number>();
  const startMs = performance.now();
  let sent = 0;
  let answered = 0;
  let open = 0;

  async function ask(): Promise<void> {
    open += 1;
    try {
      const { parent } = await whoAnswers(path);
      masters.add(parent);
      answered += 1;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    } finally {
      open -= 1;
    }
  }

  const timer = setInterval(() => {
    const due = ((performance.now() - startMs) / 1_000) * perSecond;
    for (; sent < due && open < MOST_AT_ONCE; sent += 1) void ask();
    // what could not be sent in time is left out, not made up for
    sent = Math.max(sent, Math.floor(due));
  }, TICK_MS);
  await waitFor("the load to be answered", () => answered + failures.length >= 10);

  return {
    async stop() {
      clearInterval(timer);
      await waitFor("all requests to be over", () => open === 0, 30_000);
      return { answered, failures, masters: [...masters].toSorted((one, two) => one - two) };
    },
  };
}
