import {
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  dropDeadSocket,
  dropName,
  type FileIdentity,
  keepName,
  keptNameOf,
  nameBack,
} from "../../../agent/act/old-name.ts";
import { requireReal } from "../../support/require-real.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const done = { kind: "done" };

/** A listener that never removes its file by itself. */
async function listener(path: string): Promise<FileIdentity> {
  const server: Server = createServer();
  const bound = `${path}.bound`;
  server.listen(bound);
  await once(server, "listening");
  onTestFinished(() => void server.close());
  renameSync(bound, path);
  return identityOf(path);
}

function identityOf(path: string): FileIdentity {
  const { dev: device, ino: inode } = lstatSync(path);
  return { device, inode };
}

async function twoListeners() {
  const folder = temporaryFolder("name");
  const live = join(folder, "app.sock");
  const kept = keptNameOf(live);
  const old = await listener(live);
  expect(keepName(live, kept, old)).toEqual(done);
  const successor = await listener(live);
  return { folder, live, kept, old, successor };
}

describe("the second name of a socket", () => {
  it("is beside it, and no pid's", () => {
    expect(keptNameOf("/run/app/app.sock")).toBe("/run/app/.app.sock.onemaster-1");
  });

  it("is made once, and replaces one that an earlier cutover left", async () => {
    const folder = temporaryFolder("name");
    const live = join(folder, "app.sock");
    const kept = keptNameOf(live);
    await listener(kept);
    const file = await listener(live);
    expect(keepName(live, kept, file)).toEqual(done);
    expect(keepName(live, kept, file)).toEqual(done);
    expect(identityOf(kept)).toEqual(file);
  });

  it("is not given to another file than the one that was seen", async () => {
    const folder = temporaryFolder("name");
    const live = join(folder, "app.sock");
    const { device, inode } = await listener(live);
    const other = { device, inode: inode + 1 };
    expect(keepName(live, keptNameOf(live), other)).toMatchObject({ kind: "failed" });
    expect(readdirSync(folder)).toEqual(["app.sock"]);
  });

  it("is no other name than one of ours", async () => {
    const folder = temporaryFolder("name");
    const live = join(folder, "app.sock");
    const file = await listener(live);
    for (const call of [
      () => keepName(live, join(folder, "passwd"), file),
      () => nameBack(live, join(folder, "passwd"), file, () => true),
      () => dropName(live),
    ]) {
      expect(call()).toMatchObject({ kind: "failed", why: expect.stringContaining("second name") });
    }
    expect(readdirSync(folder)).toEqual(["app.sock"]);
  });
});

describe("the way back", () => {
  it("replaces the successor in one step, where that may be", async () => {
    const { folder, live, kept, old } = await twoListeners();
    expect(nameBack(live, kept, old, () => true)).toEqual(done);
    expect(identityOf(live)).toEqual(old);
    expect(readdirSync(folder).toSorted()).toEqual([".app.sock.onemaster-1", "app.sock"]);
    // and once more: it leads there already
    expect(nameBack(live, kept, old, () => false)).toEqual(done);
    expect(dropName(kept)).toEqual(done);
    expect(readdirSync(folder)).toEqual(["app.sock"]);
  });

  it("asks about what stands there, and leaves it where it may not be replaced", async () => {
    const { live, kept, old, successor } = await twoListeners();
    const asked: FileIdentity[] = [];
    const back = nameBack(live, kept, old, (there) => {
      asked.push(there);
      return false;
    });
    expect(back).toEqual({ kind: "failed", why: `something else stands at ${live}` });
    expect(asked).toEqual([successor]);
    expect(identityOf(live)).toEqual(successor);
  });

  it("is a link where nothing stands, whoever is asked", async () => {
    const { live, kept, old } = await twoListeners();
    rmSync(live);
    expect(nameBack(live, kept, old, () => false)).toEqual(done);
    expect(identityOf(live)).toEqual(old);
  });

  it("is gone with the second name", async () => {
    const { live, kept, old, successor } = await twoListeners();
    expect(dropName(kept)).toEqual(done);
    expect(nameBack(live, kept, old, () => true)).toMatchObject({ kind: "failed" });
    expect(identityOf(live)).toEqual(successor);
    expect(dropName(kept)).toEqual({ kind: "gone" });
  });

  it("survives a command that died between its two steps", async () => {
    const { folder, live, kept, old } = await twoListeners();
    writeFileSync(join(folder, ".app.sock.onemaster-0"), "");
    expect(nameBack(live, kept, old, () => true)).toEqual(done);
    expect(identityOf(live)).toEqual(old);
    writeFileSync(join(folder, ".app.sock.onemaster-0"), "");
    expect(dropName(kept)).toEqual(done);
    expect(readdirSync(folder)).toEqual(["app.sock"]);
  });
});

/** The folder's user moves it away and puts a link to another one in its place. */
function swapped(folder: string): string {
  const [theirs, victim] = [join(folder, "theirs"), join(folder, "victim")];
  renameSync(theirs, join(folder, "moved"));
  symlinkSync(victim, theirs);
  lchownSync(theirs, 65_534, 65_534);
  return victim;
}

it("does not follow a link of another's, whatever it leads to", async (context) => {
  requireReal(context, "root");
  const folder = temporaryFolder("name");
  for (const name of ["theirs", "victim"]) mkdirSync(join(folder, name));
  const live = join(folder, "theirs/app.sock");
  const kept = keptNameOf(live);
  const file = await listener(live);
  expect(keepName(live, kept, file)).toEqual(done);
  const victim = swapped(folder);
  // as if the very file stood there, so that nothing but the way tells
  linkSync(join(folder, "moved/app.sock"), join(victim, "app.sock"));
  linkSync(join(folder, "moved/app.sock"), join(victim, ".app.sock.onemaster-1"));
  const names = readdirSync(victim);
  const refused = {
    kind: "failed",
    why: expect.stringContaining("theirs is a link, and not root"),
  };
  expect(keepName(live, kept, file)).toEqual(refused);
  expect(nameBack(live, kept, file, () => true)).toEqual(refused);
  expect(dropName(kept)).toEqual(refused);
  expect(dropDeadSocket(live, file)).toEqual(refused);
  expect(readdirSync(victim)).toEqual(names);
});

it("stays in the folder that it has opened, wherever the path leads meanwhile", async (context) => {
  requireReal(context, "root");
  const folder = temporaryFolder("name");
  for (const name of ["theirs", "victim"]) mkdirSync(join(folder, name));
  const live = join(folder, "theirs/app.sock");
  const kept = keptNameOf(live);
  const old = await listener(live);
  expect(keepName(live, kept, old)).toEqual(done);
  await listener(live);
  writeFileSync(join(folder, "victim/app.sock"), "precious");
  const back = nameBack(live, kept, old, () => {
    swapped(folder);
    return true;
  });
  expect(back).toEqual(done);
  expect(identityOf(join(folder, "moved/app.sock"))).toEqual(old);
  expect(readFileSync(join(folder, "victim/app.sock"), "utf8")).toBe("precious");
  expect(readdirSync(join(folder, "victim"))).toEqual(["app.sock"]);
});

it("removes a dead socket, and no other file", async () => {
  const folder = temporaryFolder("name");
  const live = join(folder, "app.sock");
  const { device, inode } = await listener(live);
  expect(dropDeadSocket(live, { device, inode: inode + 1 })).toMatchObject({ kind: "failed" });
  expect(dropDeadSocket(live, { device, inode })).toEqual(done);
  expect(readdirSync(folder)).toEqual([]);
});
