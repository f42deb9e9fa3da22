import { describe, expect, it } from "vitest";
import { parseTcpListeners } from "../../../agent/parse/net-tcp.ts";

const header =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
// recorded on Linux 6.18, with a listener on 127.0.0.1:8000 and a connection to it
const tcp = `${header}   0: 0100007F:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 21318004 1 000000007ee4af0a 100 0 0 10 0
   1: 0100007F:1F40 0100007F:D2F0 01 00000000:00000000 00:00000000 00000000     0        0 21318011 1 0000000011a8ecb8 20 0 0 10 -1
`;
const tcp6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 2044 1 0000000000000000 100 0 0 10 0
`;

describe("the TCP listeners of /proc/PID/net", () => {
  it.each([
    ["tcp", tcp, [{ port: 8000, inode: 21_318_004 }]],
    ["tcp6", tcp6, [{ port: 80, inode: 2044 }]],
    ["a table without rows", header, []],
    [
      "a row whose inode no number can hold",
      `${header}   0: 0100007F:1F40 00000000:0000 0A 0:0 00:0 0 0 0 99999999999999999999 1\n`,
      [],
    ],
    ["something else", "Num RefCount\n", undefined],
    ["nothing", "", undefined],
  ])("are read from %s", (_, text, listeners) => {
    expect(parseTcpListeners(text)).toEqual(listeners);
  });
});
