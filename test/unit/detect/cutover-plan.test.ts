import { describe, expect, it } from "vitest";
import { isReady } from "../../../agent/model/cutover-plan.ts";
import { group, socket } from "../cli/reports.ts";
import { unit } from "./audit-build.ts";
import { folder, launch, line, type PlanCase, plan, scripts, target } from "./cutover-build.ts";

describe("the plan of a cutover", () => {
  it("is not ready as long as there is a question", () => {
    const made = plan({ look: { scripts: scripts({ launches: [launch({ isWhole: false })] }) } });
    expect(made.target).not.toBeNull();
    expect(isReady(made)).toBe(false);
  });

  it("tells of today's groups and of the unit", () => {
    expect(target().old).toMatchObject({
      unit: "platform.service",
      kind: "sysv",
      initScript: "/etc/init.d/platform",
      pidfile: { pid: 68 },
      activeState: "active",
      inCgroup: [49, 68],
      groups: [
        { role: "serving", serves: true, master: { pid: 68, startTicks: 6800 }, others: [90] },
        { role: "stale", serves: false },
      ],
    });
    const loose = target({
      unit: {
        ...unit(),
        properties: { ok: false, failure: { kind: "failed", what: "", why: "" } },
      },
      socket: socket({ pidfile: null, groups: [group("orphaned", 49, { master: null })] }),
      look: { scripts: scripts({ launcher: undefined }) },
    });
    expect(loose.old).toMatchObject({
      kind: "no-unit",
      pidfile: { path: `${folder}/gunicorn.pid`, pid: null },
      launcher: null,
      fragmentPath: null,
      activeState: null,
    });
    expect(loose.socket.file).not.toBeNull();
  });

  it("names what is put where", () => {
    expect(target({ flags: { name: "web.service" } })).toMatchObject({
      scope: "onemaster-before-web.scope",
      backup: "/var/lib/onemaster-cutover/platform.service.backup",
      files: [{ path: "/etc/systemd/system/web.service" }],
      socket: { mode: 0o770, uid: 33, gid: 33, ownerText: "www-data:www-data", url: "/" },
    });
  });

  it("shows every value with its source", () => {
    const shown = plan().values.map(({ name, value }) => `${name} ${value}`);
    expect(shown).toEqual([
      `socket ${folder}/sampleplatform.sock`,
      "program /usr/bin/gunicorn",
      "app run:app",
      `arguments --log-file ${folder}/logs/error.log`,
      `chdir ${folder}`,
      "user www-data",
      "group www-data",
      "workers 4",
      "umask 007 (mode 0770)",
      "nginx http://127.0.0.1:80/",
      "environment none",
    ]);
  });

  it.each<[string, PlanCase, string, string | null]>([
    [
      "nginx with its host",
      { look: { nginx: { kind: "read", sites: [{ url: "http://x/", host: "y" }] } } },
      "nginx",
      "http://x/ (Host: y)",
    ],
    ["nginx that is not asked", { flags: { nginx: "none" } }, "nginx", "not asked"],
    ["nginx that is not known", { look: { nginx: { kind: "read", sites: [] } } }, "nginx", null],
    ["a user that is not found", { checks: { user: undefined, group: undefined } }, "user", "33"],
    [
      "no umask",
      { look: { scripts: scripts({ launches: [] }) }, socket: { file: null } },
      "umask",
      null,
    ],
  ])("shows %s", (_, saw, name, value) => {
    expect(plan(saw).values.find((one) => one.name === name)?.value).toBe(value);
  });

  it.each<[string, PlanCase, string[]]>([
    [
      "the end of root, and of the pidfile",
      {},
      [
        "gunicorn's master runs as www-data from its start, no more as root, with HOME, USER and SHELL of www-data",
        `gunicorn gets no --daemon and no --pid: systemd itself knows the master; ${folder}/gunicorn.pid is out of use`,
      ],
    ],
    [
      "a pidfile from nowhere",
      {
        look: {
          master: undefined,
          scripts: scripts({
            launches: [launch({ directory: undefined, line: line({ chdir: undefined }) })],
          }),
        },
        flags: { keepRoot: true },
      },
      [
        "gunicorn gets no --daemon and no --pid: systemd itself knows the master; gunicorn.pid is out of use",
      ],
    ],
    [
      "the end of --daemon alone",
      {
        look: { scripts: scripts({ launches: [launch({ line: line({ pidfile: undefined }) })] }) },
        flags: { keepRoot: true },
      },
      ["gunicorn gets no --daemon: systemd itself knows the master"],
    ],
    [
      "the end of the pidfile alone",
      {
        look: { scripts: scripts({ launches: [launch({ line: line({ daemon: false }) })] }) },
        flags: { keepRoot: true },
      },
      [
        `gunicorn gets no --pid: systemd itself knows the master; ${folder}/gunicorn.pid is out of use`,
      ],
    ],
    [
      "nothing of a foreground gunicorn of root",
      {
        checks: { user: { name: "root", id: 0 } },
        look: {
          scripts: scripts({
            launches: [launch({ line: line({ daemon: false, pidfile: undefined }) })],
          }),
        },
      },
      [],
    ],
  ])("says what will be otherwise: %s", (_, saw, notes) => {
    expect(plan(saw).notes).toEqual(notes);
  });

  it("says which drop-ins stay, and that nothing starts it at boot", () => {
    const saw: PlanCase = {
      look: {
        dropIns: ["/etc/systemd/system/platform.service.d/a.conf"],
        links: [{ path: "/etc/rc0.d/K01platform", target: "x" }],
      },
      socket: socket({ groups: [] }),
    };
    expect(plan(saw).notes.slice(-2)).toEqual([
      "/etc/systemd/system/platform.service.d/a.conf will hold for the native unit too",
      "it is not started at boot today, and will not be: systemctl enable changes that",
    ]);
    expect(plan({ ...saw, checks: { user: undefined } }).notes).toHaveLength(3);
  });
});

it("knows of no pidfile where neither settings nor scripts name one", () => {
  const launches = [launch({ line: line({ pidfile: undefined }) })];
  const { old } = target({
    socket: socket({ pidfile: null }),
    look: { scripts: scripts({ launches }) },
  });
  expect(old.pidfile).toBeNull();
});
