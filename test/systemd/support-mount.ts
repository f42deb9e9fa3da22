import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { debianPython } from "../support/python.ts";
import type { ContainerHost } from "../testbed/host.ts";

/** With Linux 5.2 a mount can be made in one mount namespace and put into another. */
const script = `
import ctypes, os, sys

AT_FDCWD = -100
OPEN_TREE, MOVE_MOUNT = 428, 429
OPEN_TREE_CLONE, MOVE_MOUNT_F_EMPTY_PATH, CLONE_NEWNS = 1, 4, 0x20000
libc = ctypes.CDLL(None, use_errno=True)

def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result

pid, folder = sys.argv[1], sys.argv[2].encode()
tree = checked(libc.syscall(OPEN_TREE, AT_FDCWD, folder, OPEN_TREE_CLONE))
namespace = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY)
checked(libc.setns(namespace, CLONE_NEWNS))
os.makedirs(folder, exist_ok=True)
checked(libc.syscall(MOVE_MOUNT, tree, b"", AT_FDCWD, folder, MOVE_MOUNT_F_EMPTY_PATH))
`;

/** Shows a folder of this machine at the same path in a container, as a bind mount of it does. */
export async function mountIn({ initPid }: ContainerHost, folder: string): Promise<void> {
  await promisify(execFile)(debianPython, ["-c", script, `${initPid}`, folder]);
}
