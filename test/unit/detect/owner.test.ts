import { describe, expect, it } from "vitest";
import type { Knock, Place } from "../../../agent/model/place.ts";
import type { Listener } from "../../../agent/model/snapshot.ts";
import { crew, listener, place, see, snapshot, standing } from "./build.ts";

const otherName = { place: "2049:7/new.sock" };
const btrfs = { device: 58, mountDevice: { major: 0, minor: 57 } };

function file(inode32: number, deviceMajor: number, deviceMinor: number): Partial<Listener> {
  return { binding: { kind: "file", file: { inode32, deviceMajor, deviceMinor } } };
}

describe("a listener owns a file", () => {
  it.each<[string, Partial<Listener>, Place["state"], boolean]>([
    ["by inode at its own place", {}, standing({}), true],
    ["never by another inode", file(999, 8, 1), standing({}), false],
    ["by the low 32 bits of an inode", file(7, 8, 1), standing({ inode: 2 ** 32 + 7 }), true],
    ["by no other low bits", file(7, 8, 1), standing({ inode: 2 ** 32 + 8 }), false],
    [
      "at its own place whatever its device, as on an overlay whose mounts are not to be seen",
      file(1000, 0, 58),
      standing({ device: 59, mountDevice: undefined }),
      true,
    ],
    ["elsewhere on the same device", otherName, standing({}), true],
    [
      "elsewhere by the superblock's device, as on btrfs",
      { ...otherName, ...file(1000, 0, 57) },
      standing(btrfs),
      true,
    ],
    [
      "elsewhere not by st_dev where the superblock's device is known",
      { ...otherName, ...file(1000, 0, 58) },
      standing(btrfs),
      false,
    ],
    ["elsewhere not on another disk", { ...otherName, ...file(1000, 9, 1) }, standing({}), false],
    [
      "elsewhere not on another partition",
      { ...otherName, ...file(1000, 8, 2) },
      standing({}),
      false,
    ],
    [
      "elsewhere by st_dev where mounts are not to be seen",
      otherName,
      standing({ mountDevice: undefined }),
      true,
    ],
    [
      "elsewhere not by another st_dev",
      { ...otherName, ...file(1000, 8, 2) },
      standing({ mountDevice: undefined }),
      false,
    ],
    [
      "elsewhere by an st_dev with a large minor number",
      { ...otherName, ...file(1000, 259, 0x12345) },
      standing({ device: 0x1231_0345, mountDevice: undefined }),
      true,
    ],
    ["never when it is bound to no file", { binding: { kind: "none" } }, standing({}), false],
  ])("%s", (_, changes, state, owns) => {
    const saw = snapshot({
      processes: crew(10, []),
      listeners: [listener(100, changes)],
      places: [place({ state })],
      configured: [{ place: place().key, unit: undefined }],
    });
    const [socket] = see(saw).sockets;
    expect(socket?.groups.some(({ role }) => role === "serving")).toBe(owns);
  });
});

describe("a file that no listener in sight is bound to", () => {
  const leadsTo = (knock: Knock | undefined) =>
    snapshot({
      places: [
        place({ state: { ...standing({ inode: 5 }), ...(knock === undefined ? {} : { knock }) } }),
      ],
      configured: [{ place: place().key, unit: undefined }],
    });

  it.each<[string, Knock | undefined, string]>([
    [
      "is left over where a connection is refused",
      { kind: "refused" },
      "no-master: nothing listens: /srv/app/app.sock is a socket file that none of them is bound to",
    ],
    [
      "is taken for left over where nobody was asked",
      undefined,
      "no-master: nothing listens: /srv/app/app.sock is a socket file that none of them is bound to",
    ],
    [
      "leads out of sight where somebody answers",
      { kind: "answered" },
      "unknown: who owns /srv/app/app.sock could not be told: it is listened at by a process out of sight, such as in another network namespace",
    ],
    [
      "may lead out of sight where that cannot be asked",
      { kind: "unheard", why: "EACCES" },
      "unknown: who owns /srv/app/app.sock could not be told: it may lead to a listener out of sight: EACCES",
    ],
  ])("%s", (_, knock, says) => {
    const [socket] = see(leadsTo(knock)).sockets;
    expect(socket?.findings.map(({ kind, message }) => `${kind}: ${message}`)).toEqual([says]);
  });
});
