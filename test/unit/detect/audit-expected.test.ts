import { describe, expect, it } from "vitest";
import { group } from "../cli/reports.ts";
import { type AuditedCase, itemOf, linkOf, unitSocket } from "./audit-build.ts";

const { path, file } = unitSocket();
const missingFile = { file: null };
const activated = { triggeredBy: ["platform.path", "platform.socket"] };

describe("workers", () => {
  const expected = { expectedWorkers: 4 };
  const has = (count: number) => ({
    sockets: [
      { groups: [group("serving", 68, { workers: group("serving", 68).workers.slice(0, count) })] },
    ],
  });
  it.each<[string, AuditedCase, string | undefined]>([
    ["as many as expected", { expected }, "ok: master 68 has 4 of 4 expected workers"],
    ["too few", { expected, ...has(2) }, "bad: master 68 has 2 of 4 expected workers"],
    [
      "too many",
      { expected: { expectedWorkers: 3 } },
      "bad: master 68 has 4 of 3 expected workers",
    ],
    [
      "other ones amid an upgrade",
      { expected, sockets: [{ groups: [group("predecessor", 68), group("successor", 80)] }] },
      "warning: master 68 has 4 of 4 expected workers, amid a handover",
    ],
    [
      "other ones while another leaves",
      { expected, sockets: [{ groups: [group("serving", 68), group("draining", 80)] }] },
      "warning: master 68 has 4 of 4 expected workers, amid a handover",
    ],
    ["nobody", { expected, sockets: [{ groups: [] }] }, `unknown: nobody serves ${path}`],
    ["of which nothing is expected", {}, undefined],
    [
      "of a socket that is not in the settings",
      { expected: { ...expected, path: "/b.sock" } },
      undefined,
    ],
    [
      "of two sockets, of which the worse counts",
      { expected, sockets: [has(4).sockets[0] ?? {}, has(1).sockets[0] ?? {}] },
      "bad: master 68 has 1 of 4 expected workers",
    ],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "workers")).toBe(told);
  });

  it.each([
    [2, "kill -TTIN 68; kill -TTIN 68\n# and for the next start: gunicorn -w 4"],
    [4, undefined],
  ])("%d of 4 are made 4", (count, fix) => {
    expect(itemOf({ expected, ...has(count) }, "workers")?.fix ?? undefined).toBe(fix);
  });

  it("one too many is made one less", () => {
    expect(itemOf({ expected: { expectedWorkers: 3 } }, "workers")?.fix).toBe(
      "kill -TTOU 68\n# and for the next start: gunicorn -w 3",
    );
  });
});

describe("socket-mode", () => {
  const expected = { expectedMode: 0o770 };
  it.each<[string, AuditedCase, string | undefined]>([
    ["as expected", { expected }, `ok: ${path} has mode 0770`],
    ["another", { expected: { expectedMode: 0o60 } }, `bad: ${path} has mode 0770, not 0060`],
    ["of nothing", { expected, sockets: [missingFile] }, `unknown: nothing stands at ${path}`],
    ["of which nothing is expected", {}, undefined],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "socket-mode")).toBe(told);
  });

  it.each<[string, AuditedCase["properties"], string]>([
    ["by gunicorn's umask", {}, `chmod 0660 ${path}\n# and for the next start: gunicorn -m 117`],
    [
      "by the socket unit",
      activated,
      `chmod 0660 ${path}\nmkdir -p /etc/systemd/system/platform.socket.d\n` +
        "cat >/etc/systemd/system/platform.socket.d/onemaster.conf <<'EOF'\n[Socket]\nSocketMode=0660\nEOF\n" +
        "systemctl daemon-reload",
    ],
  ])("is set %s", (_, properties = {}, fix) => {
    expect(itemOf({ expected: { expectedMode: 0o660 }, properties }, "socket-mode")?.fix).toBe(fix);
  });
});

describe("socket-owner", () => {
  const expected = { expectedOwner: "www-data:www-data" };
  it.each<[string, AuditedCase, string | undefined]>([
    ["as expected", { expected }, `ok: ${path} belongs to www-data:www-data`],
    [
      "another",
      { expected: { expectedOwner: "www-data:web" } },
      `bad: ${path} belongs to www-data:www-data, not www-data:web`,
    ],
    [
      "a number where a name is expected",
      { expected, sockets: [{ file: { ...file!, owner: "33" } }] },
      `unknown: ${path} belongs to 33:www-data, not www-data:www-data, which may be the same`,
    ],
    [
      "a name where a number is expected",
      { expected: { expectedOwner: "www-data:33" } },
      `unknown: ${path} belongs to www-data:www-data, not www-data:33, which may be the same`,
    ],
    [
      "a user where only a user is expected",
      { expected: { expectedOwner: "root" } },
      `bad: ${path} belongs to www-data:www-data, not root`,
    ],
    ["of nothing", { expected, sockets: [missingFile] }, `unknown: nothing stands at ${path}`],
    ["of which nothing is expected", {}, undefined],
  ])("%s", (_, saw, told) => {
    expect(linkOf(saw, "socket-owner")).toBe(told);
  });

  it.each<[string, AuditedCase["properties"], string]>([
    [
      "for gunicorn",
      {},
      `chown root:web ${path}\n# and for the next start: gunicorn -u root -g web, or User= and Group=`,
    ],
    [
      "by the socket unit",
      activated,
      `chown root:web ${path}\nmkdir -p /etc/systemd/system/platform.socket.d\n` +
        "cat >/etc/systemd/system/platform.socket.d/onemaster.conf <<'EOF'\n[Socket]\nSocketUser=root\nSocketGroup=web\nEOF\n" +
        "systemctl daemon-reload",
    ],
  ])("is set %s", (_, properties = {}, fix) => {
    expect(
      itemOf({ expected: { expectedOwner: "root:web" }, properties }, "socket-owner")?.fix,
    ).toBe(fix);
  });
});
