import type { Eyes, ProcessNow } from "../../../agent/model/acting.ts";
import type { FakeKernel } from "./fake-kernel.ts";
import { FILE_INODE } from "./fake-story.ts";

/** What a test may keep from the eyes. */
interface Sight {
  /** The pid of a process whose sockets cannot be read. */
  readonly hideSockets: number | undefined;
  /** False: who owns the path is silent. */
  readonly answers: boolean;
}

/** Eyes on a fake kernel: what they see is as it is at the moment of the call. */
export function eyesOn(kernel: FakeKernel, sight: () => Sight): Eyes {
  return {
    process: kernel.look,
    tcpPorts: () => [],
    sockets: (pid) =>
      sight().hideSockets === pid ? undefined : [...(kernel.processes.get(pid)?.sockets ?? [])],
    below(pids) {
      const found: ProcessNow[] = [];
      const from = [...pids];
      for (const pid of from) {
        for (const child of kernel.processes.values()) {
          if (child.parentPid !== pid || from.includes(child.pid)) continue;
          from.push(child.pid);
          const now = kernel.look(child.pid);
          if (now !== "gone") found.push(now);
        }
      }
      return found;
    },
    reclaimable: (pids) =>
      Promise.resolve(
        pids.reduce((sum, pid) => sum + (kernel.processes.get(pid)?.memoryBytes ?? 0), 0),
      ),
    usedMemory: () =>
      [...kernel.processes.values()].reduce(
        (sum, { zombie, memoryBytes }) => sum + (zombie ? 0 : memoryBytes),
        0,
      ),
    file(name) {
      const file = kernel.files.get(name);
      if (file === undefined) return { kind: "absent" };
      // all links lead to the live socket
      return file.kind === "link" ? { kind: "socket", device: 7, inode: FILE_INODE } : file;
    },
    answer(name) {
      const served = kernel.files.get(name)?.inode === FILE_INODE && kernel.processes.has(68);
      if (served && sight().answers) {
        return Promise.resolve({ kind: "answered", status: 200, tookMs: 3 });
      }
      return Promise.resolve({ kind: "silent", why: "ECONNREFUSED" });
    },
  };
}
