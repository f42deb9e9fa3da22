import { describe, expect, it } from "vitest";
import { group } from "../../cli/reports.ts";
import { having, type Story, sysv, whys } from "./ending-story.ts";

describe("an owner of another user than the stale master", () => {
  function owned(user: string | null, by: string | null): Story {
    return {
      sockets: [having([as("serving", 68, by), as("stale", 49, user)])],
    };
  }
  function as(role: "serving" | "stale", pid: number, user: string | null) {
    const one = group(role, pid);
    return { ...one, master: one.master && { ...one.master, user } };
  }
  const help = "it may have taken the path from the service: find out who started it";

  it.each<[string, Story, string[]]>([
    ["is fine as root", owned("www-data", "root"), []],
    ["is fine as the same", owned("www-data", "www-data"), []],
    [
      "may be a usurper, who must not have the service ended for him",
      owned("root", "nobody"),
      [`master 68, which serves, runs as nobody, master 49 as root: ${help}`],
    ],
    [
      "may be anybody where its user is not known",
      owned("root", null),
      [`master 68, which serves, runs as an unknown user, master 49 as root: ${help}`],
    ],
    [
      "may be anybody where no user is known",
      owned(null, null),
      [`master 68, which serves, runs as an unknown user, master 49 as an unknown one: ${help}`],
    ],
    [
      "is fine where systemd itself started it, as the native unit that is the cure",
      { ...owned("root", "www-data"), units: [sysv({ mainPid: 68 })] },
      [],
    ],
  ])("%s", (_, story, expected) => {
    expect(whys(story, "evidence-weak")).toEqual(expected);
  });

  it("may be anybody where no unit was asked about", () => {
    expect(whys({ ...owned("root", "nobody"), unasked: true }, "evidence-weak")).toHaveLength(1);
  });
});
