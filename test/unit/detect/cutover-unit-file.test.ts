import { describe, expect, it } from "vitest";
import { bindsBeside, unixPaths } from "../../../agent/detect/cutover-service.ts";
import { chooseValues } from "../../../agent/detect/cutover-values.ts";
import { duplicate } from "../cli/reports.ts";
import {
  flags,
  folder,
  launch,
  line,
  look,
  master,
  type PlanCase,
  plan,
  scripts,
  target,
} from "./cutover-build.ts";

function said(change: Parameters<typeof line>[0]): NonNullable<PlanCase["look"]> {
  return { scripts: scripts({ launches: [launch({ line: line(change) })] }) };
}

function linesOf(saw: PlanCase, file = 0): readonly string[] {
  return target(saw).files[file]?.text.split("\n") ?? [];
}

const starts = ["mysql", "$remote_fs", "$named", "$network", "$time", "$syslog", "a;b"];
const needing = { scripts: scripts({ header: { description: undefined, starts } }) };

describe("the native unit", () => {
  it("is written as for production", () => {
    expect(linesOf({}).join("\n"))
      .toBe(`# Written by onemaster cutover in the place of /etc/init.d/platform.
[Unit]
Description=The sample platform
Wants=network-online.target
After=network.target network-online.target

[Service]
Type=notify
User=www-data
Group=www-data
WorkingDirectory=${folder}
ExecStart=/usr/bin/gunicorn -w 4 --log-file ${folder}/logs/error.log -m 007 -b unix:${duplicate.path} run:app
ExecReload=/bin/kill -HUP $MAINPID
KillMode=control-group
TimeoutStopSec=35
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`);
  });

  it("is a pair where systemd holds the socket", () => {
    const saw = { flags: { socketActivation: true } };
    expect(linesOf(saw)).toContain("Requires=platform.socket");
    expect(linesOf(saw)).toContain("After=network.target network-online.target platform.socket");
    expect(linesOf(saw).join("\n")).toContain(`-m 007 run:app`);
    expect(linesOf(saw, 1).join("\n"))
      .toBe(`# Written by onemaster cutover: systemd holds the path of platform.service.
[Unit]
Description=The sample platform: its socket

[Socket]
ListenStream=${duplicate.path}
SocketUser=www-data
SocketGroup=www-data
SocketMode=0770

[Install]
WantedBy=sockets.target
`);
    expect(target(saw)).toMatchObject({
      start: ["platform.socket", "platform.service"],
      enable: ["platform.socket", "platform.service"],
      service: { bind: null },
    });
  });

  it("describes a socket by the service's name where the init script is silent", () => {
    const header = { description: undefined, starts: [] };
    const saw = { flags: { socketActivation: true }, look: { scripts: scripts({ header }) } };
    expect(linesOf(saw, 1)).toContain("Description=platform: its socket");
  });

  it.each<[string, PlanCase, string]>([
    ["an old gunicorn", { checks: { version: "19.9.0" } }, "Type=simple"],
    ["a graceful stop of its own", { look: said({ graceSeconds: 90 }) }, "TimeoutStopSec=95"],
    [
      "a gate",
      { gate: "/usr/bin/onemaster" },
      `ExecStartPre=/bin/sh -c "[ ! -x \\"$$0\\" ] || exec \\"$$0\\" gate --socket \\"$$1\\"" /usr/bin/onemaster ${duplicate.path}`,
    ],
    [
      "files of variables",
      { flags: { environmentFile: "/etc/a%b" } },
      "EnvironmentFile=-/etc/a%%b",
    ],
    [
      "services that come first",
      { look: needing },
      "After=network.target mysql.service remote-fs.target nss-lookup.target network-online.target time-sync.target",
    ],
    [
      "services that come first, of which it starts none",
      { look: needing },
      "Wants=network-online.target",
    ],
    [
      "a script with a ulimit of its own",
      { look: { master: master({ openFiles: { soft: 8192, hard: 524_288 } }) } },
      "LimitNOFILE=8192:524288",
    ],
    [
      "limits that systemd does not tell of",
      { look: { defaultOpenFiles: undefined } },
      "LimitNOFILE=1024:524288",
    ],
    [
      "a script that has gunicorn go first",
      { look: { master: master({ priorities: { nice: -5, oomScoreAdjust: 0 } }) } },
      "Nice=-5",
    ],
    [
      "a script that keeps gunicorn from being killed for memory",
      { look: { master: master({ priorities: { nice: 0, oomScoreAdjust: -500 } }) } },
      "OOMScoreAdjust=-500",
    ],
    [
      "a systemd that does not tell whom services have killed first",
      { look: { defaultPriorities: { nice: 0, oomScoreAdjust: undefined } } },
      "OOMScoreAdjust=0",
    ],
    [
      "no header",
      { look: { scripts: scripts({ header: { description: undefined, starts: [] } }) } },
      "After=network.target",
    ],
    [
      "no description",
      { look: { scripts: scripts({ header: { description: undefined, starts: [] } }) } },
      "Description=platform",
    ],
    [
      "no init script",
      { look: { scripts: scripts({ initScript: undefined }) } },
      "# Written by onemaster cutover.",
    ],
  ])("is written for %s", (_, saw, expected) => {
    expect(linesOf(saw)).toContain(expected);
  });

  it("has neither user nor pidfile where gunicorn stays root", () => {
    const saw = { flags: { keepRoot: true }, look: said({ initGroups: true }) };
    const text = linesOf(saw).join("\n");
    expect(text).not.toContain("User=");
    expect(text).toContain("-m 007 -u www-data -g www-data --initgroups -b unix:");
    expect(linesOf({ flags: { keepRoot: true } }).join("\n")).toContain("-g www-data -b unix:");
  });

  it("names no workers where the command line named none", () => {
    const text = linesOf({ look: said({ workers: undefined }) }).join("\n");
    expect(text).not.toContain("-w ");
    expect(
      linesOf({ look: said({ workers: undefined }), flags: { workers: 3 } }).join("\n"),
    ).toContain("-w 3 ");
  });

  it("names as many workers as run where nothing tells how gunicorn is started", () => {
    const seen = { scripts: scripts({ launches: [] }), typed: line({ workers: undefined }) };
    expect(linesOf({ look: seen }).join("\n")).toContain("ExecStart=/usr/bin/gunicorn -w 4 ");
    const own = { ...seen, ownLaunch: launch({ line: line({ workers: undefined }) }) };
    expect(linesOf({ look: own }).join("\n")).not.toContain("-w ");
  });

  it("keeps binds beside the socket", () => {
    const saw = {
      look: said({ binds: ["unix:sampleplatform.sock", ":8000"] }),
      flags: { clean: true },
    };
    expect(linesOf(saw).join("\n")).toContain(`-b :8000 -b unix:${duplicate.path} run:app`);
  });

  it("keeps them from the words that a trial is started with", () => {
    const saw = {
      look: said({ binds: ["unix:sampleplatform.sock", ":8000"] }),
      flags: { clean: true },
    };
    expect(target(saw).service).toMatchObject({ otherBinds: [":8000"] });
    expect(target(saw).service.words.join(" ")).not.toMatch(/:8000|unix:|-b/);
  });

  it.each([
    ["unix:sampleplatform.sock", []],
    [`unix://${duplicate.path}`, []],
    ["unix:/var/../var//www/x.sock", []],
    ["unix:other.sock", ["unix:other.sock"]],
    ["127.0.0.1:80", ["127.0.0.1:80"]],
  ])("knows whether %s is the socket", (bind, beside) => {
    const values = chooseValues(look(said({ binds: [bind] })), flags(), duplicate);
    const realPaths = new Map([["/var/../var//www/x.sock", duplicate.path]]);
    expect(bindsBeside(values, duplicate.path, realPaths)).toEqual(beside);
  });

  it("knows where each unix bind leads from", () => {
    const binds = ["unix:a.sock", ":80", "unix:///run/b.sock"];
    const values = chooseValues(look(said({ binds })), flags(), duplicate);
    expect(unixPaths(values)).toEqual([`${folder}/a.sock`, "/run/b.sock"]);
    const nowhere = {
      master: undefined,
      scripts: scripts({
        launches: [launch({ directory: undefined, line: line({ chdir: undefined, binds }) })],
      }),
    };
    expect(unixPaths(chooseValues(look(nowhere), flags(), duplicate))).toEqual(["/run/b.sock"]);
  });

  it.each<[string, PlanCase]>([
    ["the user", { checks: { user: undefined } }],
    ["the group", { checks: { group: undefined } }],
    ["the version", { checks: { version: undefined } }],
    ["the program", { look: { programs: [] } }],
    ["the application", { look: { ...said({ app: undefined }) } }],
    [
      "the directory",
      {
        look: {
          master: undefined,
          scripts: scripts({
            launches: [launch({ directory: undefined, line: line({ chdir: undefined }) })],
          }),
        },
      },
    ],
    ["the workers", { look: { master: undefined, ...said({ workers: undefined }) } }],
    ["the umask", { look: said({ umask: undefined }), socket: { file: null } }],
  ])("is not written without %s", (_, saw) => {
    expect(plan(saw)).toMatchObject({ target: null, steps: [] });
  });
});
