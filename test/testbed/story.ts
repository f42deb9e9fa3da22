import { waitFor } from "../support/wait.ts";
import { startHost } from "./host.ts";
import { answering, installPlatform, makeDuplicate, platform, startPlatform } from "./incident.ts";
import { agentLog, installAgent, startAgentService } from "./installed-agent.ts";
import { colours, openNarrator, type Narrator } from "./narrator.ts";
import { enterHost } from "./shell.ts";
import type { Release, TestHost } from "./test-host.ts";

/** How to tell the story. */
export interface StoryOptions {
  readonly release: Release;
  /** Whether people get a shell on the host before it is ended. */
  readonly shell: boolean;
}

/** What each worker holds, so that a group holds as much as it did in production: MiB. */
const holdMib = 80;

/**
 * Boots a host, makes the incident happen on it as it did in production, shows on stdout what
 * onemaster says at each step, and ends the host. Everything shown is what was printed there.
 */
export async function tellStory({ release, shell }: StoryOptions): Promise<void> {
  const startedMs = performance.now();
  const host = await startHost({ release, name: "vm" });
  try {
    const narrator = openNarrator(host);
    await introduce(host, narrator, performance.now() - startedMs);
    await soundService(host, narrator);
    await secondMaster(host, narrator);
    await verdict(host, narrator);
    if (shell) {
      narrator.step(
        "The host is yours",
        "`exit` ends it. Try: onemaster status --watch, onemaster remediate",
      );
      await enterHost(host.initPid);
    } else {
      await obviousRepair(host, narrator);
      await repair(host, narrator);
    }
  } finally {
    await host.stop();
  }
  process.stdout.write(`\n${colours.dim("The host is gone again; nothing of it is left.")}\n`);
}

async function introduce(host: TestHost, { say }: Narrator, ms: number): Promise<void> {
  const systemd = /^systemd (\d+)/.exec(await host.run("systemctl --version"))?.[1];
  const gunicorn = /version ([\d.]+)/.exec(await host.run("gunicorn --version"))?.[1];
  say(
    "onemaster: one gunicorn master per socket. This is what happens without it, on a real host:\n" +
      `Debian ${host.release}, systemd ${systemd}, gunicorn ${gunicorn}, up after ${(ms / 1000).toFixed(1)} s.`,
  );
}

async function soundService(host: TestHost, { step, show }: Narrator): Promise<void> {
  await installPlatform(host, { holdMib });
  await installAgent(host);
  step(
    "A service as it was in production",
    "An init script starts `gunicorn --daemon`; systemd wraps it by systemd-sysv-generator.",
    "The daemon has left systemd (MainPID=0), and a stop kills nothing by itself (KillMode=process).",
  );
  await show("systemctl start platform nginx", async () => await startPlatform(host));
  await show("systemctl show platform -p Type,KillMode,GuessMainPID,MainPID,ActiveState");
  await show("curl -s http://127.0.0.1/");
  await startAgentService(host, {
    scan: { confirm_for: "2s" },
    // what the host in production had, whatever this machine has
    memory: { budget: "2GiB" },
    remediation: { confirm_for: "2s" },
  });
  await show("onemaster check");
}

async function secondMaster(host: TestHost, { step, show }: Narrator): Promise<void> {
  step(
    "The pidfile goes missing, and somebody restarts the service",
    "A restart can lose the pidfile by itself. The stop then finds nobody to kill; the start adds",
    "a second master, which unlinks the socket file of the first and binds its own. No log of",
    "gunicorn says a word; the journal says this much:",
  );
  await show(`rm ${platform.pidfile}; systemctl restart platform`, async () => {
    await makeDuplicate(host);
  });
  await show("journalctl -u platform -o cat | grep -E 'remains running|left-over'");
  await show("systemctl is-active platform; ss -xl | grep sampleplatform");
  await show("curl -s http://127.0.0.1/   # all seems well");
}

async function verdict(host: TestHost, { step, show, tell }: Narrator): Promise<void> {
  step(
    "What onemaster says",
    "Which master serves, which is stale, and what the stale one holds that nobody can reach.",
  );
  await waitFor("onemaster to confirm", async () => (await agentLog(host)).includes("(confirmed)"));
  // the workers of the second master take their memory one after the other
  await waitFor("all workers", async () => {
    const { stdout } = await host.attempt("onemaster check");
    return stdout.includes(" workers=8 ");
  });
  await show("onemaster status");
  await show("onemaster check; echo exit $?");
  await show("journalctl -u onemaster -o cat", async () => {
    for (const line of (await agentLog(host)).split("\n").filter((text) => text.startsWith("{"))) {
      const { time, msg } = JSON.parse(line) as { readonly time: string; readonly msg: string };
      tell(`${time.slice(11, 23)} ${msg}`);
    }
  });
  await show(
    "curl -s http://127.0.0.1:10709/metrics | grep -E '^onemaster_(masters|orphan_mem).* [^0]'",
  );
}

async function obviousRepair(host: TestHost, { step, show }: Narrator): Promise<void> {
  step(
    "Why not just kill the stale one?",
    "gunicorn unlinks its socket by name when it stops, and the name is the other master's now.",
    "The obvious repair is the outage:",
  );
  const serving = await answering(host);
  const masters = await host.run("pgrep -f 'gunicorn: master'");
  const stale = masters.split("\n").find((pid) => pid !== "" && pid !== `${serving}`);
  await show(`kill -TERM ${stale}`);
  await waitFor("the socket file to be gone", async () => {
    return (await host.attempt(["test", "-e", platform.socket])).exitCode !== 0;
  });
  await show("curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1/");
  await show("systemctl is-active platform");
  await show("onemaster check; echo exit $?");
}

async function repair(host: TestHost, { step, show }: Narrator): Promise<void> {
  step(
    "What onemaster does instead",
    "All is restarted, and the same happens again. This time a client goes on asking, through",
    "nginx, while the stale master is ended:",
  );
  await host.run(
    `systemctl kill --signal=KILL platform; rm -f ${platform.pidfile}; systemctl restart platform`,
  );
  await answering(host);
  await makeDuplicate(host);
  await show("onemaster check");
  await host.write("/usr/local/bin/ask", asking, 0o755);
  await host.run("systemd-run --quiet --unit=asking /usr/local/bin/ask");
  await waitFor(
    "the first answers",
    async () => (await host.attempt(["test", "-s", asked])).exitCode === 0,
  );
  await show(`ls -i ${platform.socket}`);
  await show("onemaster remediate --yes");
  await host.run("systemctl stop asking");
  await show(`sort ${asked} | uniq -c   # what the client got meanwhile`);
  await show(`ls -i ${platform.socket}; onemaster check`);
}

const asked = "/run/asked";

/** A client that notes the status of each answer; nginx says 502 when nobody serves. */
const asking = `#!/bin/sh
while :; do curl -s -o /dev/null -w '%{http_code}\\n' http://127.0.0.1/ >> ${asked}; done
`;
