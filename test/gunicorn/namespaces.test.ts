import { mkdirSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import { status } from "../support/agent.ts";
import { subFolder, testFolder } from "../support/folder.ts";
import { type GunicornOptions, startGunicorn } from "../support/gunicorn.ts";
import { requireReal } from "../support/require-real.ts";
import { expected, group, look, reduced, seen, socketOf } from "../support/seen.ts";

beforeEach((context) => requireReal(context, "root", "gunicorn", "ss"));

/** For `inside`: a private mount namespace in which `to` is `from`. */
function bindMount(from: string, to: string): readonly string[] {
  return ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"', from, to];
}

/** For `inside`: what a container is to us, with a file system of its own at `path`. */
function container(path: string): readonly string[] {
  return ["unshare", "-m", "-n", "sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"', path];
}

test("a bind mount: the same socket by both names, inside and outside", async () => {
  const folder = testFolder();
  const [real, mounted] = [subFolder(folder, "real"), subFolder(folder, "mounted")];
  const realPath = real.at("app.sock");
  const old = await startGunicorn({
    folder,
    bind: `unix:${mounted.at("app.sock")}`,
    inside: bindMount(real.path, mounted.path),
    reach: () => realPath,
  });
  const within = { inside: ["nsenter", "-t", String(old.master.pid), "-m", "--"] };
  const one = seen("one-master", [group("serving", old)]);
  expect(await look(realPath)).toEqual(one);
  expect(await look(realPath, within)).toEqual(one);
  expect(await look(mounted.at("app.sock"), within)).toEqual(one);

  const next = await startGunicorn({ folder: real });
  const two = seen("duplicate", [group("serving", next), group("stale", old)]);
  expect(await look(realPath)).toEqual(two);
  expect(await look(mounted.at("app.sock"), within)).toEqual(two);
});

test("two containers with the same absolute path are two sockets", async () => {
  const folder = testFolder();
  const run = folder.at("run");
  mkdirSync(run);
  const start: GunicornOptions = {
    folder,
    bind: `unix:${run}/app.sock`,
    inside: container(run),
    reach: ({ pid }) => `/proc/${pid}/root${run}/app.sock`,
  };
  const groups = [await startGunicorn(start), await startGunicorn(start)];
  const { sockets } = await status([]);
  const found = groups.map(({ master }) => socketOf(sockets, master));
  expect(found.map(reduced)).toEqual(
    groups.map((one) => expected("one-master", [group("serving", one)])),
  );
  expect(new Set(found.map(({ path }) => path)).size).toBe(2);
});

test("two masters in one container are a duplicate, seen from outside of it", async () => {
  const folder = testFolder();
  const run = folder.at("run");
  mkdirSync(run);
  const start: GunicornOptions = {
    folder,
    bind: `unix:${run}/app.sock`,
    reach: ({ pid }) => `/proc/${pid}/root${run}/app.sock`,
  };
  const old = await startGunicorn({ ...start, inside: container(run) });
  const enter = ["nsenter", "-t", String(old.master.pid), "-m", "-n", "--"];
  const next = await startGunicorn({ ...start, inside: enter });
  const socket = socketOf((await status([])).sockets, old.master);
  expect(reduced(socket)).toEqual(
    expected("duplicate", [group("serving", next), group("stale", old)]),
  );
});

test("a service with a network of its own and the host's files: its duplicate is seen", async () => {
  const folder = testFolder();
  const old = await startGunicorn({ folder, inside: ["unshare", "-n", "--"] });
  const next = await startGunicorn({ folder });
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
});

test("two services with a network of their own each and the host's files", async () => {
  const folder = testFolder();
  const inside = ["unshare", "-n", "--"];
  const old = await startGunicorn({ folder, inside });
  const next = await startGunicorn({ folder, inside });
  expect(await look(folder.at("app.sock"))).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
});

test("an agent in another network and mount namespace sees the same", async () => {
  const folder = testFolder();
  const old = await startGunicorn({ folder });
  const next = await startGunicorn({ folder });
  const away = { inside: ["unshare", "-m", "-n", "--"] };
  expect(await look(folder.at("app.sock"), away)).toEqual(
    seen("duplicate", [group("serving", next), group("stale", old)]),
  );
});

/** For `inside`: a root of its own at `root`, with the usual absolute link /var/run -> /run. */
function ownRoot(root: string): readonly string[] {
  const script = [
    'mount -t tmpfs none "$0" && cd "$0" && mkdir -p usr etc proc dev tmp run var',
    "for name in usr etc proc dev tmp; do mount --rbind /$name $name; done",
    "cp -P /bin /lib /lib64 /sbin . && ln -s /run var/run",
    'exec chroot "$0" "$@"',
  ];
  return ["unshare", "-m", "sh", "-c", script.join("\n"), root];
}

test("a root of its own, with a symbolic link that leads elsewhere from here", async () => {
  const folder = testFolder();
  const root = subFolder(folder, "root");
  const one = await startGunicorn({
    folder,
    bind: "unix:/var/run/onemaster-test.sock",
    inside: ownRoot(root.path),
    reach: ({ pid }) => `/proc/${pid}/root/run/onemaster-test.sock`,
  });
  const socket = socketOf((await status([])).sockets, one.master);
  expect(reduced(socket)).toEqual(expected("one-master", [group("serving", one)]));
  expect(socket.path).toMatch(/^mnt:.*\/var\/run\/onemaster-test\.sock$/);
});
