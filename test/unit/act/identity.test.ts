import { describe, expect, it } from "vitest";
import { whatChanged } from "../../../agent/act/identity.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, type Story } from "./fake-story.ts";

function why(story: Story, change: (host: FakeHost) => void): string | undefined {
  const host = createFakeHost(story);
  change(host);
  const said = whatChanged(host.plan, host.parts.eyes);
  // it only looks
  expect(host.calls).toEqual([]);
  return said;
}

describe("what changed since the plan", () => {
  it.each([
    ["nothing", {}],
    ["nothing about orphaned workers", { orphaned: true }],
    ["nothing about a git child", { git: true }],
    ["nothing about a master that was stopped before", { masterStopped: true }],
  ] as const)("%s", (_, story) => {
    expect(why(story, () => {})).toBe(undefined);
  });

  it("nothing that matters when a worker has ended by itself", () => {
    expect(why({}, ({ kernel }) => kernel.processes.delete(50))).toBe(undefined);
  });

  const stale: readonly [string, (host: FakeHost) => void, string][] = [
    ["the master is gone", ({ kernel }) => kernel.processes.delete(49), "master 49 is gone"],
    [
      "the master is a zombie",
      ({ process }) => {
        process(49).zombie = true;
      },
      "master 49 is gone",
    ],
    [
      "the master closed its listener",
      ({ process }) => process(49).sockets.clear(),
      "master 49 holds its listener 111 no more",
    ],
    [
      "the master's sockets cannot be read",
      (host) => {
        host.hideSockets = 49;
      },
      "the sockets of master 49 could not be read",
    ],
    [
      "the master is a child of a master",
      ({ process }) => {
        process(49).parentPid = 68;
      },
      "master 49 is a child of the gunicorn master 68",
    ],
    [
      "a worker has another parent",
      ({ process }) => {
        process(50).parentPid = 1;
      },
      "worker 50 is a child of pid 1, not of master 49",
    ],
    [
      "the owner is below the group",
      ({ process }) => {
        process(68).parentPid = 50;
      },
      "serving master 68 is a child of the group",
    ],
    [
      "nothing is there",
      ({ kernel }) => kernel.files.delete(path),
      `nothing stands at ${path} any more`,
    ],
    [
      "a plain file is there",
      ({ kernel }) => kernel.files.set(path, { kind: "other", device: 7, inode: 900 }),
      `what stands at ${path} is no socket`,
    ],
  ];
  it.each(stale)("%s", (_, change, said) => {
    expect(why({}, change)).toBe(said);
  });

  it("an orphaned worker has a master after all", () => {
    const said = why({ orphaned: true }, ({ process }) => {
      process(50).parentPid = 68;
    });
    expect(said).toBe("worker 50 is no orphan: its parent 68 is a gunicorn master");
  });

  it("no owner was known when it was planned", () => {
    const { plan, parts } = createFakeHost();
    expect(whatChanged({ ...plan, owner: null }, parts.eyes)).toBe(
      "nobody is known to own the path",
    );
  });
});
