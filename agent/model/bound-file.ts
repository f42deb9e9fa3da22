import type { BoundFile } from "./listener.ts";
import type { SocketFile } from "./place.ts";

/** True when the low 32 bits of both inodes agree, which is all the kernel tells of a bound file. */
export function sameInode32(bound: BoundFile, file: SocketFile): boolean {
  return bound.inode32 === file.inode % 2 ** 32;
}

/** True when a bound file is on the device of a file. The kernel tells that of the superblock. */
export function sameDevice(bound: BoundFile, file: SocketFile): boolean {
  const { mountDevice } = file;
  if (mountDevice !== undefined) {
    return mountDevice.major === bound.deviceMajor && mountDevice.minor === bound.deviceMinor;
  }
  return deviceNumber(bound.deviceMajor, bound.deviceMinor) === file.device;
}

/** st_dev of a major and minor number, as glibc's makedev(3) puts them together below 2^32. */
function deviceNumber(major: number, minor: number): number {
  return (minor & 0xff) + (major & 0xfff) * 2 ** 8 + Math.floor(minor / 2 ** 8) * 2 ** 20;
}
