import { describe, expect, it } from "vitest";
import type { InitScript, ProgramFacts, UnitFacts } from "../../../agent/model/unit.ts";
import { type AuditedCase, itemOf, linkOf, wrapped } from "./audit-build.ts";

function program(
  change: Partial<ProgramFacts>,
  gunicorns: readonly string[] = [],
): Partial<UnitFacts> {
  const usual = {
    named: "/usr/bin/gunicorn3",
    at: "/usr/bin/gunicorn3",
    state: "executable",
  } as const;
  return { program: { ...usual, why: undefined, interpreter: undefined, ...change }, gunicorns };
}

describe("program", () => {
  it.each<[string, AuditedCase, string | undefined]>([
    ["there", {}, "ok: /usr/bin/gunicorn is executable"],
    [
      "found by its name",
      { facts: program({ named: "gunicorn3" }) },
      "ok: gunicorn3 is /usr/bin/gunicorn3",
    ],
    [
      "missing, and another is there",
      { facts: program({ state: "missing" }, ["/usr/bin/gunicorn"]) },
      "bad: there is no /usr/bin/gunicorn3; /usr/bin/gunicorn is there",
    ],
    [
      "missing by its name",
      { facts: program({ state: "missing", named: "gunicorn3", at: "gunicorn3" }) },
      "bad: there is no gunicorn3, in systemd's search path",
    ],
    [
      "not executable",
      { facts: program({ state: "not-executable" }) },
      "bad: /usr/bin/gunicorn3 is not executable",
    ],
    [
      "a folder",
      { facts: program({ state: "not-executable", why: "it is no regular file" }) },
      "bad: /usr/bin/gunicorn3 is not executable: it is no regular file",
    ],
    [
      "not to be seen",
      { facts: program({ state: "unseen", why: "denied" }) },
      "unknown: whether /usr/bin/gunicorn3 is there could not be seen: denied",
    ],
    [
      "a script whose interpreter is gone",
      { facts: program({ interpreter: { path: "/srv/venv/bin/python3", missing: true } }) },
      "bad: /usr/bin/gunicorn3 needs /srv/venv/bin/python3, which is missing",
    ],
    [
      "an init script",
      { properties: wrapped, facts: program({ at: "/etc/init.d/platform" }) },
      "unknown: /etc/init.d/platform is executable; what it starts is not to be seen from outside",
    ],
    ["none", { facts: { program: undefined } }, undefined],
    [
      "in a command that cannot be read",
      { properties: { execStart: undefined } },
      "unknown: its ExecStart could not be read",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "program")).toBe(told);
  });

  const there = program({ state: "missing" }, ["/usr/bin/gunicorn"]);
  it.each<[string, AuditedCase, string | null]>([
    [
      "the program that is there",
      { facts: there },
      "sed -i '/^ExecStart=/ s|/usr/bin/gunicorn3|/usr/bin/gunicorn|' /etc/systemd/system/platform.service\n" +
        "systemctl daemon-reload\nsystemctl restart platform.service",
    ],
    [
      "nothing without a file to change",
      { facts: there, properties: { fragmentPath: undefined } },
      null,
    ],
    [
      "the right to be started",
      { facts: program({ state: "not-executable" }) },
      "chmod +x /usr/bin/gunicorn3",
    ],
    [
      "nothing for a folder",
      { facts: program({ state: "not-executable", why: "it is no regular file" }) },
      null,
    ],
  ])("is given %s", (_, saw, fix) => {
    expect(itemOf(saw, "program")?.fix).toBe(fix);
  });
});

describe("init-script", () => {
  const script = (change: Partial<InitScript>): Partial<UnitFacts> => ({
    initScript: {
      ok: true,
      value: { path: undefined, executable: true, redirects: false, links: [], ...change },
    },
  });
  const at = "/etc/init.d/platform";
  const links = ["/etc/rc2.d/S01platform", "/etc/rc0.d/K01platform"];
  it.each<[string, AuditedCase, string | undefined]>([
    ["none", {}, "ok: no init script of its name is left"],
    ["the source of the unit", { properties: wrapped, facts: script({ path: at }) }, undefined],
    [
      "one with links",
      { facts: script({ path: at, links }) },
      `bad: ${at} is left with 2 links in /etc/rc?.d: run by hand it starts a second master`,
    ],
    [
      "one that cannot be started",
      { facts: script({ path: at, executable: false }) },
      `warning: ${at} is left, not executable`,
    ],
    [
      "one that knows of systemd",
      { facts: script({ path: at, redirects: true, links }) },
      `ok: ${at} hands over to systemctl`,
    ],
    [
      "links alone",
      { facts: script({ links }) },
      `warning: ${links.join(" ")} lead nowhere: their init script is gone`,
    ],
    [
      "one that cannot be read",
      {
        facts: { initScript: { ok: false, failure: { kind: "denied", what: at, why: "EACCES" } } },
      },
      `unknown: ${at} could not be read: EACCES`,
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "init-script")).toBe(told);
  });

  it.each<[string, Partial<InitScript>, string]>([
    [
      "away with its links",
      { path: at, links },
      `mv ${at} /root/platform.init\nrm -f ${links.join(" ")}`,
    ],
    ["away alone", { path: at }, `mv ${at} /root/platform.init`],
    ["away: its links", { links }, `rm -f ${links.join(" ")}`],
  ])("is put %s", (_, change, fix) => {
    expect(itemOf({ facts: script(change) }, "init-script")?.fix).toBe(fix);
  });
});
