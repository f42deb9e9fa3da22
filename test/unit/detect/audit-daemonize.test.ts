import { describe, expect, it } from "vitest";
import { group } from "../cli/reports.ts";
import { type AuditedCase, head, itemOf, linkOf, wrapped } from "./audit-build.ts";

const daemon = { heads: [head(68, { session: 67 })] };
const twoMasters = { sockets: [{ groups: [group("serving", 68), group("stale", 49)] }] };
const upgrade = {
  sockets: [{ groups: [group("predecessor", 68), group("successor", 80)] }],
  heads: [head(68), head(80, { ancestors: [68, 1], session: 68 })],
};

describe("daemonize", () => {
  const untracked = { ...wrapped };
  it.each<[string, AuditedCase, string | undefined]>([
    ["the main process", {}, "ok: master 68 is followed by systemd"],
    [
      "a daemon that a pidfile leads to",
      { ...daemon, properties: { serviceType: "forking", pidFile: "/run/g.pid" } },
      "ok: master 68 is followed by systemd",
    ],
    [
      "a child of the main process",
      { properties: { mainPid: 60 }, heads: [head(68, { ancestors: [60, 1] })] },
      "ok: master 68 is followed by systemd",
    ],
    ["both sides of an upgrade", upgrade, "ok: masters 68, 80 are followed by systemd"],
    [
      "both sides of an upgrade whose new side is followed already",
      { ...upgrade, properties: { mainPid: 80 } },
      "ok: masters 68, 80 are followed by systemd",
    ],
    [
      "both sides of an upgrade whose followed side was not read",
      { ...upgrade, properties: { mainPid: 80 }, heads: [head(68)] },
      "bad: master 68 runs loose, not followed by systemd: with parent pid 1 and session 68",
    ],
    [
      "the old side of an upgrade while systemd follows another process",
      { ...upgrade, properties: { mainPid: 99 } },
      "bad: master 68 runs loose, not followed by systemd: with parent pid 1 and session 68",
    ],
    [
      "a daemon",
      { ...daemon, properties: untracked },
      "bad: master 68 runs loose, not followed by systemd: with parent pid 1 and session 67",
    ],
    [
      "a daemon whose command line is to be seen",
      {
        heads: [head(68, { args: ["/usr/bin/python3", "/usr/bin/gunicorn", "-D", "run:app"] })],
        properties: untracked,
      },
      "bad: master 68 runs loose, not followed by systemd: with parent pid 1 and session 68, started with --daemon",
    ],
    [
      "a daemon beside the main process",
      twoMasters,
      "bad: master 49 runs loose, not followed by systemd: with parent pid 1 and session 49",
    ],
    [
      "a master below the script that started it",
      { properties: untracked, heads: [head(68, { ancestors: [60, 1] })] },
      "ok: master 68 is still below what started it (pid 60)",
    ],
    [
      "a master whose parent was not seen",
      { properties: untracked, heads: [], sockets: [{ groups: [group("serving", 68)] }] },
      "unknown: the parent of master 68 could not be read",
    ],
    [
      "a daemon of which systemd tells no main process",
      { properties: { mainPid: undefined } },
      "unknown: whether systemd follows master 68 it does not tell",
    ],
    [
      "a unit of which systemd tells no main process",
      { properties: { mainPid: undefined }, heads: [head(68, { ancestors: [60, 1] })] },
      "ok: master 68 is still below what started it (pid 60)",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "daemonize")).toBe(told);
  });

  it.each<[string, AuditedCase["properties"], string | undefined]>([
    ["a command without it", {}, "ok: ExecStart has no --daemon"],
    [
      "a command with it",
      { execStart: [{ path: "/usr/bin/gunicorn", args: "/usr/bin/gunicorn --daemon run:app" }] },
      "bad: ExecStart has --daemon",
    ],
    [
      "a forking command with it, but no pidfile",
      {
        serviceType: "forking",
        execStart: [{ path: "/usr/bin/gunicorn", args: "/usr/bin/gunicorn run:app -D" }],
      },
      "bad: ExecStart has --daemon",
    ],
    [
      "a forking command with it and a pidfile",
      {
        serviceType: "forking",
        pidFile: "/run/g.pid",
        execStart: [{ path: "/usr/bin/gunicorn", args: "/usr/bin/gunicorn -D run:app" }],
      },
      "ok: ExecStart has --daemon, and PIDFile names the process to follow",
    ],
    [
      "a command with a configuration file",
      { execStart: [{ path: "gunicorn3", args: "gunicorn3 --config=a.py run:app" }] },
      "unknown: ExecStart has no --daemon, but its configuration file may ask for it",
    ],
    [
      "a launcher",
      { execStart: [{ path: "/srv/start", args: "/srv/start" }] },
      "unknown: what /srv/start does shows only while it runs",
    ],
    [
      "an init script",
      wrapped,
      "unknown: what /etc/init.d/platform starts shows only while it runs",
    ],
    ["no command at all", { execStart: [] }, undefined],
    [
      "a command that cannot be read",
      { execStart: undefined },
      "unknown: its ExecStart could not be read",
    ],
  ])("while nothing runs: %s", (_, properties = {}, told) => {
    expect(linkOf({ properties, sockets: [] }, "daemonize")).toBe(told);
  });

  const asks = [{ path: "/usr/bin/gunicorn", args: "/usr/bin/gunicorn -D run:app" }];
  it.each<[string, AuditedCase["properties"], string]>([
    [
      "its command is rid of it",
      { mainPid: 0, execStart: asks },
      "sed -i -E '/^ExecStart=/ s/ (-D|--daemon)( |$)/\\2/' /etc/systemd/system/platform.service\n" +
        "systemctl daemon-reload\nsystemctl restart platform.service",
    ],
    [
      "a unit without a file is started anew",
      { mainPid: 0, execStart: asks, fragmentPath: undefined },
      "systemctl restart platform.service",
    ],
    ["a command without it is started anew", { mainPid: 0 }, "systemctl restart platform.service"],
    [
      "a command that cannot be read is started anew",
      { mainPid: 0, execStart: undefined },
      "systemctl restart platform.service",
    ],
  ])("%s", (_, properties = {}, fix) => {
    expect(itemOf({ properties }, "daemonize")?.fix).toBe(fix);
  });
});
