/** A year of an error.log, made up, with all that its lines come from known. */
export interface YearOfLog {
  /** Lines of each file, the newest file first, a month each. */
  readonly files: readonly (readonly string[])[];
  /** Pids of the masters that came while another one was there, in order. */
  readonly occurrences: readonly number[];
}

/** What the year is like. */
export interface YearOptions {
  readonly seed: number;
  /** Restarts a day. */
  readonly perDay: number;
  /** Lines of workers a day. */
  readonly noisePerDay: number;
}

const months = 12;
const daysOfMonth = 30;
const daySeconds = 86_400;
const beginMs = Date.parse("2025-11-22T00:00:00Z");

interface Line {
  readonly atSeconds: number;
  readonly text: string;
}

/**
 * Makes a year of restarts: one in ten is an occurrence, in which the first master stays for a
 * while, one in ten an upgrade, and one in ten starts of all are refused.
 */
export function yearOfLog({ seed, perDay, noisePerDay }: YearOptions): YearOfLog {
  const random = randomFrom(seed);
  const lines: Line[] = [];
  const occurrences: number[] = [];
  let pid = 1_000;
  let master = pid;
  const say = (atSeconds: number, who: number, text: string): void => {
    lines.push({ atSeconds, text: `[${who}] [INFO] ${text}` });
  };
  const come = (atSeconds: number): number => {
    pid += 10;
    say(atSeconds, pid, "Starting gunicorn 20.1.0");
    say(atSeconds, pid, `Listening at: unix:sampleplatform.sock (${pid})`);
    for (const worker of [1, 2, 3, 4]) {
      say(atSeconds, pid + worker, `Booting worker with pid: ${pid + worker}`);
    }
    return pid;
  };
  const go = (atSeconds: number, who: number): void => {
    say(atSeconds, who, "Handling signal: term");
    say(atSeconds + 1, who, "Shutting down: Master");
  };
  master = come(0);
  const span = daySeconds / perDay;
  for (let round = 1; round < months * daysOfMonth * perDay; round += 1) {
    const atSeconds = Math.floor(round * span);
    const kind = random();
    if (kind < 0.1) {
      const stale = master;
      master = come(atSeconds);
      occurrences.push(master);
      go(atSeconds + 10 + Math.floor(random() * (span - 100)), stale);
    } else if (kind < 0.2) {
      say(atSeconds, master, "Handling signal: usr2");
      const old = master;
      master = come(atSeconds + 2);
      go(atSeconds + 40, old);
      say(atSeconds + 42, master, "Master has been promoted.");
    } else {
      go(atSeconds, master);
      if (random() < 0.1) say(atSeconds + 1, pid + 5, "Starting gunicorn 20.1.0");
      master = come(atSeconds + 3);
    }
  }
  for (let count = 0; count < noisePerDay * months * daysOfMonth; count += 1) {
    const atSeconds = Math.floor(random() * months * daysOfMonth * daySeconds);
    say(atSeconds, 900, "Worker exiting (pid: 900)");
  }
  return { files: filesOf(lines), occurrences };
}

function filesOf(lines: readonly Line[]): readonly (readonly string[])[] {
  const files = Array.from({ length: months }, (): string[] => []);
  const monthSeconds = daysOfMonth * daySeconds;
  for (const { atSeconds, text } of lines.toSorted(
    (one, other) => one.atSeconds - other.atSeconds,
  )) {
    const stamp = new Date(beginMs + atSeconds * 1_000)
      .toISOString()
      .slice(0, 19)
      .replace("T", " ");
    const month = Math.min(months - 1, Math.floor(atSeconds / monthSeconds));
    files[months - 1 - month]?.push(`[${stamp} +0000] ${text}`);
  }
  return files;
}

/** Numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    // Lehmer's generator with the multiplier of Park and Miller
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
