/* Runs on a test host, as one file: `follow FOLDER SPEED`, `read SPAN`, `boots` or `time TEXT`. */
import { readFileSync } from "node:fs";
import { createCursorKeeper, loadCursor } from "../../agent/history/journal-cursor.ts";
import { createEventReader } from "../../agent/parse/journal-event.ts";
import { createAccounts } from "../../agent/probe/accounts.ts";
import { createFailureLog } from "../../agent/probe/failures.ts";
import { createFiles } from "../../agent/probe/files.ts";
import { createJournalFollower } from "../../agent/probe/journal-follower.ts";
import { listBoots, readJournal } from "../../agent/probe/journal-read.ts";
import { resolveTime } from "../../agent/probe/journal-time.ts";
import { systemClock } from "../../agent/run/clock.ts";

const { users } = createAccounts(createFiles(createFailureLog()));
const accountName = (uid: number): string | undefined => users([uid]).get(uid);
const [mode, argument = "", speed = "1"] = process.argv.slice(2);

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function follow(folder: string): void {
  const units = (): readonly string[] => readFileSync(`${folder}/units`, "utf8").trim().split("\n");
  const saved = loadCursor(folder);
  const keeper = createCursorKeeper(folder, systemClock, (failure) => say({ failure }));
  const follower = createJournalFollower({
    units: units(),
    cursor: saved.ok ? saved.value : undefined,
    onEvent: (event) => say({ event }),
    onBlind: (reason) => say({ blind: reason ?? null }),
    onCursor: (cursor) => keeper.keep(cursor),
    accountName,
    // minutes pass in a moment
    clock: { ...systemClock, after: (ms, call) => systemClock.after(ms / Number(speed), call) },
  });
  const stay = setInterval(() => undefined, 60_000);
  // SIGUSR1 is node's own
  process.on("SIGHUP", () => say({ totals: follower.totals(), pid: follower.pid() ?? null }));
  process.on("SIGUSR2", () => follower.setUnits(units()));
  process.on("SIGTERM", () => {
    clearInterval(stay);
    void follower.stop().then(() => say({ stopped: keeper.flush() ?? null }));
  });
  say({ ready: true });
}

async function read(span: Parameters<typeof readJournal>[0]): Promise<void> {
  const eventOf = createEventReader(accountName);
  for await (const reading of readJournal(span)) {
    if (reading.kind === "gaps") {
      say({ gaps: reading });
      continue;
    }
    const event = eventOf(reading.entry);
    if (event !== undefined) say({ event });
  }
}

if (mode === "follow") follow(argument);
else if (mode === "read") await read(JSON.parse(argument) as Parameters<typeof readJournal>[0]);
else if (mode === "boots") say({ boots: await listBoots(undefined) });
else say({ time: await resolveTime(argument) });
