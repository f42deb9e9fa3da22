import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { waitFor } from "../support/wait.ts";
import { requireRunning, stateAfterBoot } from "./boot-state.ts";
import { cpuCgroups, setTurn } from "./cgroups.ts";
import { type Disk, ensureDisk } from "./disk.ts";
import { type Kept, startKept } from "./kept.ts";
import { openChannel } from "./machine-channel.ts";
import { outputOf, type TestHost, wordsOf } from "./test-host.ts";

/** Emulated, and the machine that emulates it may have other work. */
const bootLimitMs = 240_000;

/** What kind of machine to start. */
export interface MachineOptions {
  /** Its host name; several may have the same. */
  readonly name: string;
  /** Absent: 2048, of which its kernel keeps some for itself. */
  readonly memoryMib?: number;
}

/**
 * Starts an emulated machine with two processors, its own kernel, systemd 252 and cgroup v2 with
 * all controllers, and comes back when it is up. Its disk forgets all that was written. It has
 * no network, and the processors when nobody else wants them. It ends with `stop`, and at the
 * latest with this process.
 */
export async function startMachine(options: MachineOptions): Promise<TestHost> {
  const disk = await ensureDisk();
  const cgroups = cpuCgroups(`onemaster-${randomBytes(4).toString("hex")}`);
  const kept = startKept({ command: (folder) => qemu(disk, folder, options), cgroups });
  try {
    return await booted(kept, options, () => setTurn(cgroups, "last"));
  } catch (error: unknown) {
    await kept.stop();
    throw new Error(`machine ${options.name} did not come up: ${kept.log()}`, { cause: error });
  }
}

function qemu(
  disk: Disk,
  folder: string,
  { name, memoryMib = 2048 }: MachineOptions,
): readonly string[] {
  return [
    // where it keeps what is written to its disk
    ["env", `TMPDIR=${folder}`],
    ["qemu-system-x86_64", "-nodefaults", "-nographic", "-no-reboot"],
    ["-accel", "tcg,thread=multi", "-smp", "2", "-m", `${memoryMib}`],
    ["-kernel", disk.kernel, "-initrd", disk.initrd],
    ["-append", `root=/dev/vda rw console=ttyS0 systemd.hostname=${name}`],
    ["-drive", `file=${disk.image},format=raw,if=virtio,snapshot=on`],
    ["-serial", "stdio", "-device", "virtio-serial"],
    // waits until we are connected, so that the machine never finds its port hung up
    ["-chardev", `socket,id=commands,path=${portIn(folder)},server=on,wait=on`],
    ["-device", "virtserialport,chardev=commands,name=commands"],
  ].flat();
}

function portIn(folder: string): string {
  return join(folder, "commands");
}

async function booted(
  kept: Kept,
  { name }: MachineOptions,
  onceStarted: () => void,
): Promise<TestHost> {
  const early = kept.ended.then((code): never => {
    throw new Error(`qemu ended with ${code}`);
  });
  const channel = await Promise.race([openChannel(portIn(kept.folder)), early]);
  onceStarted();
  const attempt: TestHost["attempt"] = async (command, how) => {
    try {
      return await channel.attempt(wordsOf(command), how);
    } catch (error: unknown) {
      throw new Error(`machine ${name}; its console: ${kept.log()}`, { cause: error });
    }
  };
  const run: TestHost["run"] = async (command, how) =>
    outputOf(name, command, await attempt(command, how));
  const state = await Promise.race([stateWhenUp(attempt), early]);
  await requireRunning("the machine", state, run);
  return {
    name,
    release: "bookworm",
    run,
    attempt,
    write: async (path, content, mode = 0o644) => {
      const parameters = ["-D", "-m", mode.toString(8), "/dev/stdin", path];
      await run(["install", ...parameters], { stdin: content });
    },
    stop: async () => {
      channel.close();
      await kept.stop();
    },
  };
}

/** Waits until systemd is through with the boot, and answers the state in which it then is. */
function stateWhenUp(attempt: TestHost["attempt"]): Promise<string> {
  return waitFor("the machine to be up", () => stateAfterBoot(attempt, bootLimitMs), bootLimitMs);
}
