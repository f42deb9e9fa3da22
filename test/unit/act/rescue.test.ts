import { describe, expect, it } from "vitest";
import { recover } from "../../../agent/act/recover.ts";
import { carry } from "./carry.ts";
import { diedAfter, wrongs } from "./crash.ts";
import { createFakeHost, type FakeHost } from "./fake-host.ts";
import { path, rescue } from "./fake-story.ts";

function fileCalls(host: FakeHost, from = 0): string[] {
  return host.calls.slice(from).filter((call) => /link/.test(call));
}

describe("the second name", () => {
  it("is done without where the directory cannot be opened", async () => {
    const host = createFakeHost();
    host.folderInode = undefined;
    const record = await carry(host);
    expect(record).toMatchObject({ outcome: "ended", rescueLink: null });
    expect(record.steps[0]).toMatchObject({
      result: "skipped",
      text: "no second name: /srv/app could not be opened",
    });
    expect(fileCalls(host)).toEqual([]);
    const dry = createFakeHost();
    dry.folderInode = undefined;
    const { steps } = await carry(dry, true);
    expect(steps[0]?.text).toBe("no second name is possible: it would be done without");
  });

  it("is written down with its directory, which is closed in the end", async () => {
    const host = createFakeHost();
    expect((await carry(host)).folder).toEqual({ device: 7, inode: 5 });
    expect(host.openFolders).toBe(0);
    const dry = createFakeHost();
    await carry(dry, true);
    expect(dry.openFolders).toBe(0);
  });

  it("is no link that somebody planted, though it leads to the live socket", async () => {
    const host = createFakeHost();
    host.kernel.files.set(rescue, { kind: "link", device: 7, inode: 3 });
    const record = await carry(host);
    expect(record.steps[0]).toMatchObject({
      result: "skipped",
      text: `no second name: ${rescue} is in the way and is no socket`,
    });
    expect(record).toMatchObject({ outcome: "ended", rescueLink: null });
    expect(fileCalls(host)).toEqual([]);
    expect(host.kernel.files.get(rescue)?.kind).toBe("link");
  });

  it("is not made beside another file than the planned one, and all is put back", async () => {
    const host = createFakeHost();
    host.kernel.files.set(path, { kind: "link", device: 7, inode: 3 });
    const record = await carry(host);
    expect(record).toMatchObject({
      outcome: "put-back",
      ending: `put back: the file at ${path} was replaced: it is not the planned one`,
    });
    expect(fileCalls(host)).toEqual([]);
    expect(host.openFolders).toBe(0);
  });
});

describe("the next agent", () => {
  it.each([
    ["another directory stands there", 6],
    ["it cannot be opened", undefined],
  ])("touches no file where %s, and says so", async (_, inode) => {
    const { host, record } = await diedAfter("SIGTERM 50");
    host.folderInode = inode;
    host.kernel.files.delete(path);
    const before = host.calls.length;
    const done = await recover(record, host.parts);
    expect(done.outcome).toBe("failed");
    expect(done.ending).toMatch(/onemaster-49 was not looked after and may be left: \/srv\/app is/);
    expect(fileCalls(host, before)).toEqual([]);
    expect([...host.kernel.files.keys()]).toEqual([rescue]);
    expect(host.process(49).stopped).toBe(false);
  });

  it("touches no file by a record that does not name the directory", async () => {
    const { host, record } = await diedAfter("SIGSTOP 49");
    const { folder, ...older } = record;
    expect(folder).toEqual({ device: 7, inode: 5 });
    const before = host.calls.length;
    expect((await recover(older, host.parts)).outcome).toBe("failed");
    expect(fileCalls(host, before)).toEqual([]);
    expect(host.process(49).stopped).toBe(false);
  });

  it("touches no file in another directory after the host was started anew", async () => {
    const { host, record } = await diedAfter("SIGSTOP 49");
    host.folderInode = 6;
    const before = host.calls.length;
    const done = await recover(record, { ...host.parts, bootId: "boot-2" });
    expect(done.outcome).toBe("failed");
    expect(fileCalls(host, before)).toEqual([]);
    host.kernel.files.delete(rescue);
    const clean = await recover(record, { ...host.parts, bootId: "boot-2" });
    expect(clean.ending).toMatch(/nothing is left in \/srv\/app$/);
    expect(host.openFolders).toBe(0);
  });

  it("closes the directory that it opened", async () => {
    const { host, record } = await diedAfter("SIGTERM 50");
    const before = host.openFolders;
    const done = await recover(record, host.parts);
    expect(wrongs(host, done)).toEqual([]);
    expect(host.openFolders).toBe(before);
  });
});
