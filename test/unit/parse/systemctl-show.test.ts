import { describe, expect, it } from "vitest";
import { parseSystemctlShow, shownProperties } from "../../../agent/parse/systemctl-show.ts";
import { fixtureText } from "./fixture.ts";

const releases = ["bookworm", "trixie"] as const;

function shown(release: string, name: string) {
  return parseSystemctlShow(fixtureText(`systemctl-show/${release}-${name}.txt`));
}

describe.each(releases)("systemctl show on %s", (release) => {
  it("tells of an init script in disguise", () => {
    const [unit] = shown(release, "sysv");
    expect(unit).toMatchObject({
      names: ["platform.service"],
      loadState: "loaded",
      activeState: "active",
      subState: "running",
      unitFileState: "generated",
      fragmentPath: "/run/systemd/generator.late/platform.service",
      sourcePath: "/etc/init.d/platform",
      needDaemonReload: false,
      job: undefined,
      controlGroup: "/system.slice/platform.service",
      triggeredBy: [],
      serviceType: "forking",
      guessMainPid: false,
      pidFile: undefined,
      killMode: "process",
      mainPid: 0,
      execStart: [{ path: "/etc/init.d/platform", args: "/etc/init.d/platform start" }],
    });
    expect(unit?.stateChangedMonotonicMs).toBeGreaterThan(1_000);
    expect(unit?.shown).toMatchObject({ TimeoutStopUSec: "5min", RemainAfterExit: "yes" });
  });

  it("tells of a native unit, and of one that does not exist", () => {
    const [unit, gone, ...more] = shown(release, "native");
    expect(more).toEqual([]);
    expect(unit).toMatchObject({ serviceType: "simple", killMode: "control-group" });
    expect(unit?.mainPid).toBeGreaterThan(1);
    expect(unit?.execStart?.[0]?.args).toContain("gunicorn -w 4 -b unix:/var/www/");
    expect(gone).toMatchObject({
      names: ["gone.service"],
      loadState: "not-found",
      activeState: "inactive",
      controlGroup: undefined,
      stateChangedMonotonicMs: undefined,
      execStart: [],
    });
  });

  it("tells which unit starts another", () => {
    const [service, socket] = shown(release, "socket-activated");
    expect(service?.triggeredBy).toEqual(["platform.socket"]);
    expect(socket).toMatchObject({ names: ["platform.socket"], serviceType: undefined });
  });

  it("tells of odd units without being led astray", () => {
    const [forged, several, refused, masked, scope, slice] = shown(release, "odd");
    // a line break in an argument makes a second line `MainPID=1`
    expect(forged).toMatchObject({
      mainPid: undefined,
      execStart: undefined,
      pidFile: "/run/a.pid",
    });
    expect(several?.execStart?.map(({ args }) => args)).toEqual(["/bin/echo one", "/bin/echo two"]);
    expect(refused?.loadState).toBe("bad-setting");
    expect(masked).toMatchObject({ loadState: "masked", activeState: "active" });
    expect(scope).toMatchObject({ killMode: "control-group", mainPid: undefined });
    expect(slice).toMatchObject({ controlGroup: "/", killMode: undefined });
  });
});

describe("what systemctl never printed", () => {
  it.each([
    ["nothing", ""],
    ["empty lines", "\n\n\n"],
  ])("no unit in %s", (_, text) => {
    expect(parseSystemctlShow(text)).toEqual([]);
  });

  it.each<[string, string, object]>([
    ["a line that is no property", "no property\nId=a", { names: [], shown: { Id: "a" } }],
    ["a number that is none", "MainPID=-1\nJob=x", { mainPid: undefined, job: undefined }],
    ["neither yes nor no", "NeedDaemonReload=maybe", { needDaemonReload: undefined }],
    ["both", "GuessMainPID=yes\nGuessMainPID=yes", { guessMainPid: true }],
    ["two values where there is one", "KillMode=none\nKillMode=mixed", { killMode: undefined }],
    ["a job", "Job=812", { job: 812 }],
    ["names", "Names=a.service b.service", { names: ["a.service", "b.service"] }],
    [
      "a time that never came",
      "StateChangeTimestampMonotonic=0",
      { stateChangedMonotonicMs: undefined },
    ],
    ["a time", "StateChangeTimestampMonotonic=1500", { stateChangedMonotonicMs: 1.5 }],
  ])("%s", (_, text, told) => {
    expect(parseSystemctlShow(text)).toMatchObject([told]);
  });

  it("every property that is read is asked for", () => {
    expect(new Set(shownProperties).size).toBe(shownProperties.length);
    const [unit] = parseSystemctlShow(fixtureText("systemctl-show/trixie-sysv.txt"));
    const printed = Object.keys(unit?.shown ?? {});
    expect(printed.filter((name) => !shownProperties.includes(name))).toEqual([]);
  });
});
