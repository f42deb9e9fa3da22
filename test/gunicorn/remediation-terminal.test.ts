import { existsSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import {
  actingConfig,
  type Duplicate,
  membersOf,
  rescueLinksIn,
  settled,
  startDuplicate,
  startedAs,
  stateOf,
} from "../support/acting.ts";
import { builtAgent } from "../support/agent.ts";
import { subFolder, testFolder, type TestFolder } from "../support/folder.ts";
import { whoAnswers } from "../support/http.ts";
import { requireReal } from "../support/require-real.ts";
import { together } from "../support/together.ts";
import { waitFor } from "../support/wait.ts";
import { type JobRan, type Mishap, runOnTerminal } from "../support/job-control.ts";
import { shell } from "../host/support.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** Printed once the stale master is stopped, while its worker still has a request. */
const marker = "stop-master";
const busySeconds = 6;

/**
 * Starts a stale group with one busy worker; gives who answered its request, in the end. It is
 * busy until the file `until` is there, where one is given.
 */
async function withRequest(
  duplicate: Duplicate,
  until?: string,
): Promise<{ readonly answered: Promise<number | string> }> {
  await settled(duplicate.owner.master);
  const taken = duplicate.folder.at("taken");
  const busy = until === undefined ? `sleep=${busySeconds}` : `hold=${until}`;
  const answered = whoAnswers(duplicate.stalePath, `?${busy}&taken=${taken}`);
  await waitFor("the stale worker to have the request", () => existsSync(taken));
  // where the test fails first, nobody is there to be told
  return { answered: answered.then(({ parent }) => parent, String) };
}

function commandFor({ folder, path }: Duplicate): readonly string[] {
  const config = actingConfig({ folder, path });
  return [process.execPath, builtAgent, "remediate", "--yes", "--config", config];
}

/** What has to hold afterwards, whatever happened to the terminal. */
async function aftermath({ folder, path, stale, owner }: Duplicate): Promise<unknown> {
  return {
    stale: membersOf(stale),
    owner: membersOf(owner),
    stopped: membersOf(owner).filter(({ pid }) => stateOf(pid) === "T"),
    links: rescueLinksIn(folder),
    answeredBy: (await whoAnswers(path)).parent,
  };
}

function ended({ owner }: Duplicate): unknown {
  return {
    stale: [],
    owner: startedAs(owner),
    stopped: [],
    links: [],
    answeredBy: owner.master.pid,
  };
}

const scenes: readonly {
  readonly mishap: Mishap;
  readonly events: readonly string[];
  readonly says: string;
}[] = [
  { mishap: "hangup", events: ["exit 1"], says: marker },
  { mishap: "ctrl-z", events: ["exit 0"], says: "not to be left halfway" },
  { mishap: "ctrl-\\", events: ["exit 0"], says: "not to be left halfway" },
  {
    mishap: "background",
    events: ["stopped, the watched process is gone", "exit 0"],
    says: "ended: stale master",
  },
];

test("no mishap of its terminal leaves a group halfway", async () => {
  const folder = testFolder();
  await together(scenes.map(async (scene, at) => expectEnded(scene, subFolder(folder, `${at}`))));
});

async function expectEnded(
  { mishap, events, says }: (typeof scenes)[number],
  folder: TestFolder,
): Promise<void> {
  const duplicate = await startDuplicate({ folder });
  const over = folder.at("over");
  // a job in the background says nothing before its end, so nothing can wait for what it says
  const { answered } = await withRequest(duplicate, mishap === "background" ? undefined : over);
  const watched = duplicate.stale.master.pid;
  const ran: JobRan = await runOnTerminal(duplicate.folder, commandFor(duplicate), {
    mishap,
    marker,
    watched,
    over,
  });
  const seen = { mishap, ran, answered: await answered, left: await aftermath(duplicate) };
  expect(seen).toEqual({
    mishap,
    ran: { events, said: expect.stringContaining(says) },
    answered: watched,
    left: ended(duplicate),
  });
}

const full = [
  [">/dev/full", /not all output could be written: ENOSPC/],
  ["2>/dev/full", /ended: stale master/],
] as const;

test("a full disk leaves no group halfway, and is a failure", async () => {
  const folder = testFolder();
  await together(
    full.map(async ([to, says], at) => {
      const duplicate = await startDuplicate({ folder: subFolder(folder, `${at}`) });
      await withRequest(duplicate);
      const { exitCode, output } = await shell(`${commandFor(duplicate).join(" ")} ${to}`);
      expect({ exitCode, output }).toEqual({ exitCode: 1, output: expect.stringMatching(says) });
      expect(await aftermath(duplicate)).toEqual(ended(duplicate));
    }),
  );
});
