import { afterAll, describe, expect, it, type TestContext } from "vitest";
import type { JournalEvent } from "../../agent/model/journal.ts";
import { answering, platform } from "../testbed/incident.ts";
import { type Release, releases } from "../testbed/test-host.ts";
import { requireReal } from "../support/require-real.ts";
import { waitFor } from "../support/wait.ts";
import { type JournalHost, startJournalHost } from "./journal-host.ts";

const forger = `
import socket, struct
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("/run/systemd/journal/socket")
for field in ["MESSAGE_ID=9d1aaa27d60140bd96365438aad20286", "CODE_FUNC=log_caller"]:
    for message in ["platform.service: Unit process 12 (gunicorn) remains running after unit stopped.",
                    "Reexecuting.", "Out of memory: Killed process 12 (gunicorn) total-vm:1kB"]:
        fields = [field, "MESSAGE=" + message, "UNIT=platform.service", "_PID=1", "_UID=0",
                  "_TRANSPORT=kernel", "PRIORITY=3", "JOB_TYPE=stop", "JOB_RESULT=done"]
        s.send("".join(line + "\\n" for line in fields).encode())
`;

const falseSudo = `
import socket, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.connect("/dev/log")
s.send(b"<85>sudo: root : PWD=/root ; USER=root ; COMMAND=/bin/systemctl restart platform")
time.sleep(0.3)
`;

describe.each(releases)("the journal of a host with %s", (release: Release) => {
  let started: Promise<JournalHost> | undefined;

  /** The host that all these tests share. */
  function hostFor(context: TestContext): Promise<JournalHost> {
    requireReal(context, "root", "debootstrap", "nspawn");
    started ??= startJournalHost(release);
    return started;
  }

  afterAll(async () => {
    await (await started)?.stop();
  });

  it("tells the incident as it was, in its order, and reads it again", async (context) => {
    const host = await hostFor(context);
    const one = await host.follower();
    await one.following();
    const pids = await waitFor("a master with four workers", async () => {
      const cgroup = "/sys/fs/cgroup/system.slice/platform.service";
      const procs = (await host.run(["cat", `${cgroup}/cgroup.procs`])).trim().split("\n");
      return procs.length === 5 && procs.map(Number);
    });
    const stale = await answering(host);
    await host.run(["rm", platform.pidfile]);
    await host.run("systemctl restart platform.service");
    await waitFor("a second master", async () => (await answering(host)) !== stale);
    const events = await one.told(14);
    expect(events.map(shortly)).toEqual([
      "stop-begun stop",
      ...pids.map((pid) => `leftover-after-stop ${pid}`),
      "stopped restart",
      ...pids.map((pid) => `leftover-at-start ${pid}`),
      "start-begun start",
      "started start",
    ]);
    await one.stop();
    const sinceMs = events[0]?.atMs;
    const span = { units: ["platform.service"], sinceMs };
    const told = events.map((event) => ({ event }));
    expect(await host.ask("read", JSON.stringify(span))).toEqual(told);
    await host.run("rm -rf /opt/copy; cp -r /var/log/journal /opt/copy");
    const copied = { ...span, directory: "/opt/copy" };
    expect(await host.ask("read", JSON.stringify(copied))).toEqual(told);
    const none = { ...span, sinceMs: 0, untilMs: 1_000 };
    expect(await host.ask("read", JSON.stringify(none))).toEqual([]);
  });

  it("tells that systemd was reloaded and executed again, and by whom", async (context) => {
    const host = await hostFor(context);
    const one = await host.follower();
    await one.following();
    await host.run("systemctl daemon-reload; systemctl daemon-reexec");
    const told = (await one.told(2)).map(shortly);
    // systemd 252 does not say
    const by = { bookworm: "", trixie: " systemctl (pid N)" }[release];
    expect(told.map((line) => line.replace(/\d+/, "N"))).toEqual([
      `manager-reload${by}`,
      `manager-reexec${by}`,
    ]);
    await one.stop();
  });

  it("tells 50 entries that came while it was away exactly once, over two restarts", async (context) => {
    const host = await hostFor(context);
    const first = await host.follower({ units: ["tick.service"] });
    await first.following();
    await host.ticks(2);
    await first.told(4);
    await first.stop();
    await host.ticks(25);
    const second = await host.follower({ units: ["tick.service"], folder: first.folder });
    const pending = await second.told(50);
    await host.ticks(1);
    const all52 = await second.told(52);
    await second.stop();
    const third = await host.follower({ units: ["tick.service"], folder: first.folder });
    await third.following();
    await host.ticks(1);
    const last = await third.told(2);
    await third.stop();
    const all = await host.lastTicks(27);
    expect(cursorsOf(pending)).toEqual(all.slice(0, 50));
    expect(cursorsOf(all52)).toEqual(all.slice(0, 52));
    expect(cursorsOf(last)).toEqual(all.slice(52));
  });

  it("believes no entry that an ordinary user can write", async (context) => {
    const host = await hostFor(context);
    await host.write("/home/mallory/forger.py", forger);
    await host.write("/home/mallory/sudo.py", falseSudo);
    const one = await host.follower({ units: ["platform.service", "tick.service"] });
    await one.following();
    await host.run(`
      cd /home/mallory; cp "$(readlink -f /usr/bin/python3)" sudo; : >/usr/bin/sudo; chmod 755 sudo /usr/bin/sudo
      su mallory -c 'python3 forger.py'
      su mallory -c 'unshare --user --map-root-user --pid --fork python3 forger.py'
      su mallory -c './sudo sudo.py'
      su mallory -c 'unshare -Urm sh -c "mount --bind ./sudo /usr/bin/sudo; exec /usr/bin/sudo sudo.py"'
      su mallory -c 'echo "Found left-over process 12 (x) in control group while starting unit. Ignoring." | systemd-cat -t systemd'
      su mallory -c 'logger -t kernel "Out of memory: Killed process 12 (gunicorn) total-vm:1kB"'
      rm /usr/bin/sudo`);
    // journald really took /usr/bin/sudo for the sender
    const seen = await host.run("journalctl --output=cat _EXE=/usr/bin/sudo");
    expect(seen).toContain("COMMAND=/bin/systemctl restart platform");
    await host.ticks(1);
    expect((await one.told(2)).map(shortly)).toEqual(["start-begun start", "started start"]);
    await one.stop();
  });

  it("goes on after rotation, vacuum, a restart of journald and the end of journalctl", async (context) => {
    const host = await hostFor(context);
    const one = await host.follower({ units: ["tick.service"] });
    const child = await one.following();
    await host.ticks(1);
    await one.told(2);
    await host.run("journalctl --rotate --vacuum-size=1; systemctl restart systemd-journald");
    await host.ticks(1);
    await one.told(4);
    expect(await one.following()).toBe(child);
    await host.run(["kill", "-KILL", `${child}`]);
    await host.ticks(1);
    await one.told(6);
    expect((await one.totals()).totals).toEqual({ ended: 1, malformed: 0 });
    await one.stop();
    expect(new Set(cursorsOf(await one.told(6))).size).toBe(6);
    expect((await one.said()).filter(({ blind }) => blind !== undefined)).toEqual([]);
  });

  it("follows other units from where it stands", async (context) => {
    const host = await hostFor(context);
    const one = await host.follower();
    const child = await one.following();
    await host.ticks(1);
    await host.write(`${one.folder}/units`, "platform.service\ntick.service\n");
    await host.run(["kill", "-USR2", `${one.pid}`]);
    await waitFor("another journalctl", async () => (await one.following()) !== child);
    await host.ticks(1);
    const events = await one.told(4);
    expect(cursorsOf(events)).toEqual(await host.lastTicks(2));
    await one.stop();
  });

  it("finds the journal again after its folder was removed", async (context) => {
    const host = await hostFor(context);
    const one = await host.follower({ units: ["tick.service"] });
    await one.following();
    await host.run("rm -r /var/log/journal/*");
    await one.blind("no journal");
    // which is not the same as nothing having happened
    const none = { kind: "gaps", malformed: 0, failure: { why: "no journal" } };
    expect(await host.ask("read", '{"units":[]}')).toMatchObject([{ gaps: none }]);
    await host.run("systemctl restart systemd-journald");
    await one.blind(null);
    await host.ticks(1);
    expect((await one.told(2)).map(shortly)).toEqual(["start-begun start", "started start"]);
    await one.stop();
  });

  it("says so where it may not read the journal, or has no journalctl", async (context) => {
    const host = await hostFor(context);
    const ways = [
      ["setpriv --reuid=nobody --clear-groups", "denied"],
      ["env PATH=/nowhere", "journalctl is not installed"],
    ] as const;
    for (const [as, reason] of ways) {
      const one = await host.follower({ as });
      await one.blind(reason);
      await one.stop();
      expect((await one.said()).filter(({ event }) => event !== undefined)).toEqual([]);
    }
  });

  it("goes on from now where the saved place is not valid", async (context) => {
    const host = await hostFor(context);
    const folder = "/opt/follower-with-nonsense";
    await host.write(`${folder}/journal-cursor`, "s=nonsense\n");
    const one = await host.follower({ units: ["tick.service"], folder });
    await one.blind(null);
    const told = (await one.said()).flatMap(({ blind }) => blind ?? []);
    expect(told).toEqual(["the saved place in the journal is not valid: going on from now"]);
    await host.ticks(1);
    expect(await one.told(2)).toHaveLength(2);
    await one.stop();
  });

  it("leaves no journalctl behind, however it ends", async (context) => {
    const host = await hostFor(context);
    const one = await host.follower({ speed: 1 });
    const child = await one.following();
    await one.stop();
    expect(await host.alive(child)).toBe(false);
    const other = await host.follower({ speed: 1 });
    const left = await other.following();
    await host.run(["kill", "-KILL", `${other.pid}`]);
    await waitFor("journalctl to end", async () => !(await host.alive(left)));
  });

  it("lists boots, and takes times as journalctl does", async (context) => {
    const host = await hostFor(context);
    const [boots] = await host.ask("boots");
    const bootId = (await host.run("tr -d - </proc/sys/kernel/random/boot_id")).trim();
    expect(boots).toMatchObject({ boots: { ok: true, value: [{ bootId }] } });
    const ask = async (text: string) => (await host.ask("time", text))[0];
    expect(await ask("@1795367339.855")).toEqual({ time: { ok: true, value: 1_795_367_339_855 } });
    expect(await ask("2026-11-22 17:50:02 UTC")).toEqual({
      time: { ok: true, value: Date.UTC(2026, 10, 22, 17, 50, 2) },
    });
    expect(await ask("half past")).toMatchObject({ time: { ok: false } });
  });
});

function cursorsOf(events: readonly JournalEvent[]): readonly string[] {
  return events.map(({ cursor }) => cursor);
}

function shortly(event: JournalEvent): string {
  if ("jobType" in event) return `${event.kind} ${event.jobType}`;
  if ("pid" in event) return `${event.kind} ${event.pid}`;
  if ("by" in event && event.by !== undefined) return `${event.kind} ${event.by}`;
  return event.kind;
}
