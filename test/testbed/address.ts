import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * Gives the two ends of a container's own network an address each, out of the range that is
 * reserved for tests of networks (RFC 2544), and brings them up. Answers the container's.
 */
export async function addressHost(machine: string, initPid: number): Promise<string> {
  const taken = (await execute("ip", ["-4", "-oneline", "address"])).stdout;
  const subnet = freeSubnet(taken);
  const [ours, theirs] = [subnet(1), subnet(2)];
  const outside = `ve-${machine}`;
  await ip("address", "add", `${ours}/30`, "dev", outside);
  await ip("link", "set", outside, "up");
  const inside = ["--target", `${initPid}`, "--net", "--", "ip"];
  await execute("nsenter", [...inside, "address", "add", `${theirs}/30`, "dev", "host0"]);
  await execute("nsenter", [...inside, "link", "set", "host0", "up"]);
  return theirs;
}

async function ip(...parameters: readonly string[]): Promise<void> {
  await execute("ip", parameters);
}

/** One of 32,768 networks of four addresses that no interface here is in. */
function freeSubnet(taken: string): (last: number) => string {
  for (;;) {
    const [second, third, fourth] = [18 + randomInt(2), randomInt(256), 4 * randomInt(64)];
    const address = (last: number): string => `198.${second}.${third}.${fourth + last}`;
    if (!taken.includes(` ${address(1)}/`)) {
      return address;
    }
  }
}
