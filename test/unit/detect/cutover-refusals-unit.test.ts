import { expect, it } from "vitest";
import type { UnitFacts } from "../../../agent/model/unit.ts";
import { path } from "../cli/reports.ts";
import { unit, wrapped } from "./audit-build.ts";
import { launch, line, master, plan, type PlanCase, scripts } from "./cutover-build.ts";

const alsoTcp = { scripts: scripts({ launches: [launch({ line: line({ binds: [":80"] }) })] }) };

function withFolder(preserved: string): UnitFacts {
  const shown = {
    RuntimeDirectory: "other platform:link",
    RuntimeDirectoryPreserve: preserved,
  };
  return unit({ ...wrapped, shown });
}

function ofSocket(real: string): Pick<PlanCase, "checks"> {
  const owner = { uid: 33, gid: 33 };
  const lostAtBoot = [{ path: "/run/platform", madeAs: undefined, mode: 0o755, owner }];
  return { checks: { realPaths: new Map([[path, real]]), lostAtBoot } };
}

it.each<[string, PlanCase]>([
  [
    "a folder of systemd's that outlasts a stop",
    { unit: withFolder("yes"), ...ofSocket("/run/platform/app.sock") },
  ],
  [
    "a folder of systemd's in which the socket is not",
    { unit: withFolder("no"), ...ofSocket("/run/platform2/app.sock") },
  ],
  [
    "a folder of systemd's where all is stopped first",
    { unit: withFolder("no"), ...ofSocket("/run/platform/app.sock"), flags: { clean: true } },
  ],
  [
    "what a drop-in has systemd run where all is stopped first",
    { look: { dropInCommands: ["x.conf: ExecStartPre="] }, flags: { clean: true } },
  ],
])("%s speaks against nothing", (_, saw) => {
  expect(plan(saw).refusals).toEqual([]);
});

it.each([
  ["while the old masters serve", false],
  ["where all is stopped first", true],
])("a drop-in that could not be read is told of once, %s", (_, clean) => {
  const unread = ["x.conf, which could not be read (ENOENT)"];
  const look = { dropInCommands: unread, dropInStarts: unread };
  expect(plan({ look, flags: { clean } }).refusals).toHaveLength(1);
});

it("a folder that systemd makes for the unit is not made for one of another name", () => {
  const saw = { unit: withFolder("yes"), ...ofSocket("/run/platform/app.sock") };
  const [refusal] = plan({ ...saw, flags: { name: "web.service" } }).refusals;
  expect(refusal?.why).toContain("/run/platform is gone after a boot");
});

it.each<[string, PlanCase, string, string]>([
  ["an old systemd", { look: { systemdVersion: 241 } }, "systemd-too-old", "systemd 241 is older"],
  [
    "a systemd of unknown age",
    { look: { systemdVersion: undefined } },
    "systemd-too-old",
    "does not tell",
  ],
  ["a job under way", { unit: unit({ ...wrapped, job: 7 }) }, "unit-job-running", "job 7"],
  [
    "a unit whose main process systemd follows",
    { unit: unit({ ...wrapped, mainPid: 68 }) },
    "unit-unsuitable",
    "systemd follows process 68 as the unit's main process",
  ],
  [
    "a script that has systemd follow a pidfile",
    { unit: unit({ ...wrapped, pidFile: "/run/app/gunicorn.pid" }) },
    "unit-unsuitable",
    "follow whom /run/app/gunicorn.pid names",
  ],
  [
    "a daemon that the script starts besides gunicorn",
    { look: { besides: [{ pid: 812, command: "celeryd" }] } },
    "unit-unsuitable",
    "process 812 (celeryd) of the unit is none of gunicorn's: /etc/init.d/platform starts it as well",
  ],
  [
    "a process besides gunicorn where there is no script",
    {
      look: {
        besides: [{ pid: 812, command: "sh" }],
        scripts: scripts({ initScript: undefined }),
      },
    },
    "unit-unsuitable",
    "the unit starts it as well",
  ],
  [
    "a folder of systemd's for the socket, which goes with a stop of the unit",
    { unit: withFolder("no"), ...ofSocket("/run/platform/app.sock") },
    "unit-unsuitable",
    "a stop of the unit removes /run/platform (RuntimeDirectory=), and the live socket with it: write RuntimeDirectoryPreserve=yes",
  ],
  [
    "a drop-in that has systemd run something",
    { look: { dropInCommands: ["/etc/systemd/system/p.service.d/x.conf: ExecStop="] } },
    "unit-unsuitable",
    "/etc/systemd/system/p.service.d/x.conf: ExecStop= would be run while the old masters serve",
  ],
  [
    "a drop-in by which systemd would start it otherwise, also where all is stopped first",
    {
      look: { dropInStarts: ["/etc/systemd/system/p.service.d/x.conf: Type="] },
      flags: { clean: true },
    },
    "unit-unsuitable",
    "/etc/systemd/system/p.service.d/x.conf: Type= would hold for the native unit too",
  ],
  [
    "a service that is bound to it",
    { unit: unit({ ...wrapped, shown: { BoundBy: "queue.service" } }), flags: { clean: true } },
    "unit-unsuitable",
    "queue.service would be stopped with the unit (BindsTo=), for good: write Requires= there",
  ],
  ["another bind", { look: alsoTcp }, "unit-unsuitable", "also listens at :80"],
  [
    "another bind beside systemd's",
    { look: alsoTcp, flags: { socketActivation: true } },
    "unit-unsuitable",
    "from systemd",
  ],
  [
    "a port of which the command line says nothing",
    { look: { master: master({ listens: ["TCP port 8000", "sampleplatform.sock"] }) } },
    "unit-unsuitable",
    "master 68 also listens at TCP port 8000, of which",
  ],
])("the unit speaks against a cutover with %s", (_, saw, reason, says) => {
  const found = plan(saw).refusals.filter((one) => one.reason === reason);
  expect(found).toHaveLength(1);
  expect(found[0]?.why).toContain(says);
});
