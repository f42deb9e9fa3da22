import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCgroup, systemUnitOfCgroup, unitOfCgroup } from "../../../agent/parse/cgroup.ts";
import { anyText } from "./any-text.ts";
import { fixtureText } from "./fixture.ts";

describe("parseCgroup", () => {
  it.each([
    [
      "a hybrid hierarchy",
      fixtureText("cgroup/hybrid.txt"),
      {
        unified: "/recording.slice/platform.service",
        systemd: "/recording.slice/platform.service",
        memory: "/recording.slice/platform.service",
      },
    ],
    [
      "a zombie whose cgroup was removed",
      fixtureText("cgroup/hybrid-zombie-removed.txt"),
      { unified: "/recording.slice/platform.service", systemd: "/", memory: "/" },
    ],
    [
      "a unified hierarchy",
      "0::/system.slice/platform.service\n",
      { unified: "/system.slice/platform.service", systemd: undefined, memory: undefined },
    ],
    [
      "controllers mounted together",
      "5:hugetlb,memory:/a\n1:name=systemd:/b\n",
      { unified: undefined, systemd: "/b", memory: "/a" },
    ],
    [
      "a path with colons",
      "0::/system.slice/a:b.service/c::d\n1:name=systemd:/e:f\n",
      { unified: "/system.slice/a:b.service/c::d", systemd: "/e:f", memory: undefined },
    ],
    [
      "a path with a carriage return and a line separator",
      "0::/a\rb\u2028c\n",
      { unified: "/a\rb\u2028c", systemd: undefined, memory: undefined },
    ],
    [
      "a path that looks deleted only in the middle",
      "0::/a (deleted)/b\n",
      { unified: "/a (deleted)/b", systemd: undefined, memory: undefined },
    ],
    [
      "the path of another cgroup namespace",
      "0::/../../platform.service\n",
      { unified: "/../../platform.service", systemd: undefined, memory: undefined },
    ],
    [
      "the first of two lines for one hierarchy",
      "0::/a\n0::/b\n2:memory:/a\n3:memory:/b\n4:name=systemd:/a\n5:name=systemd:/b\n",
      { unified: "/a", systemd: "/a", memory: "/a" },
    ],
    ["nothing in nothing", "", { unified: undefined, systemd: undefined, memory: undefined }],
  ])("reads %s", (_, text, paths) => {
    expect(parseCgroup(text)).toEqual(paths);
  });

  it.each([
    ["without a path", "0::"],
    ["with a relative path", "0::a"],
    ["with one colon", "0:/a"],
    ["with a name for a number", "x::/a"],
    ["with no controller but another number", "3::/a"],
    ["with other controllers", "3:cpu,cpuacct:/a"],
  ])("passes over a line %s", (_, line) => {
    expect(parseCgroup(`${line}\n0::/good\n`)).toEqual({
      unified: "/good",
      systemd: undefined,
      memory: undefined,
    });
  });

  it("finds a line among garbage", () => {
    const garbage = fc.array(anyText.map((line) => `x${line}`));
    fc.assert(
      fc.property(garbage, garbage, (before, after) => {
        const text = [...before, "1:name=systemd:/good", ...after].join("\n");
        expect(parseCgroup(text).systemd).toBe("/good");
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(() => parseCgroup(text)).not.toThrow();
      }),
    );
  });
});

describe("unitOfCgroup", () => {
  it.each([
    ["a service", "/system.slice/platform.service", "platform.service"],
    ["a service in nested slices", "/a.slice/a-b.slice/x.service", "x.service"],
    ["a service without a slice", "/platform.service", "platform.service"],
    ["a group that the service made", "/system.slice/platform.service/sub/x", "platform.service"],
    [
      "a group that looks like a unit",
      "/system.slice/platform.service/x.service",
      "platform.service",
    ],
    ["a login session", "/user.slice/user-1000.slice/session-3.scope", "session-3.scope"],
    ["a user manager", "/user.slice/user-0.slice/user@0.service", "user@0.service"],
    [
      "a user's unit",
      "/user.slice/user-1000.slice/user@1000.service/app.slice/x.service",
      "x.service",
    ],
    [
      "a user manager's own group",
      "/user.slice/user-1000.slice/user@1000.service/init.scope",
      "init.scope",
    ],
    ["a container's unit", "/payload/system.slice/platform.service", "platform.service"],
    [
      "a container's unit below the host's",
      "/machine.slice/systemd-nspawn@x.service/payload/system.slice/platform.service",
      "platform.service",
    ],
    ["a container", "/system.slice/docker-0a1b.scope", "docker-0a1b.scope"],
    ["a unit from another namespace", "/../../system.slice/platform.service", "platform.service"],
    ["an escaped unit", "/_machine.slice/_cgroup.procs.service", "cgroup.procs.service"],
    ["an instance", "/system.slice/system-x.slice/x@a\\x2db.service", "x@a\\x2db.service"],
    ["a socket", "/system.slice/a.socket", "a.socket"],
    ["a mount", "/system.slice/run-a.mount", "run-a.mount"],
    ["a swap", "/system.slice/dev-a.swap", "dev-a.swap"],
    ["pid 1", "/init.scope", "init.scope"],
    ["no unit: the root", "/", undefined],
    ["no unit: nothing", "", undefined],
    ["no unit: a slice", "/system.slice", undefined],
    ["no unit: a group of nobody's", "/docker/0a1b2c", undefined],
    ["no unit: a suffix alone", "/system.slice/.service", undefined],
    ["no unit: an unknown suffix", "/system.slice/a.thing", undefined],
    ["no unit: a character no unit has", "/system.slice/a b.service", undefined],
    ["no unit: a newline", "/system.slice/a.service\n", undefined],
    ["no unit: too long", `/system.slice/${"a".repeat(248)}.service`, undefined],
  ])("names %s", (_, path, unit) => {
    expect(unitOfCgroup(path)).toBe(unit);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(anyText, (path) => {
        expect(() => unitOfCgroup(path)).not.toThrow();
      }),
    );
  });
});

describe("systemUnitOfCgroup", () => {
  it.each([
    ["a service", "/system.slice/platform.service", "platform.service"],
    ["a service without a slice", "/platform.service", "platform.service"],
    ["a service in nested slices", "/a.slice/a-b.slice/x.service", "x.service"],
    ["a group that the service made", "/system.slice/platform.service/sub/x", "platform.service"],
    [
      "no tree that the service made of slices",
      "/system.slice/platform.service/x.slice/y.scope",
      "platform.service",
    ],
    [
      "no unit that a user has named",
      "/user.slice/user-1000.slice/user@1000.service/app.slice/x.scope",
      "user@1000.service",
    ],
    ["an escaped unit", "/_machine.slice/_cgroup.procs.service", "cgroup.procs.service"],
    ["nothing below a group of nobody's", "/payload/system.slice/platform.service", undefined],
    ["nothing above its own root", "/../system.slice/platform.service", undefined],
    ["nothing in a slice", "/system.slice", undefined],
    ["nothing at the root", "/", undefined],
    ["nothing in an empty path", "", undefined],
    ["nothing in a path that does not begin at the root", "x/system.slice/a.service", undefined],
    ["nothing in what no unit is called", "/system.slice/a b.service", undefined],
    ["nothing in a name that is too long", `/system.slice/${"a".repeat(248)}.service`, undefined],
  ])("names %s", (_, path, unit) => {
    expect(systemUnitOfCgroup(path)).toBe(unit);
  });
});
