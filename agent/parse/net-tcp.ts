import { wholeNumber } from "./whole-number.ts";

/** A listening TCP socket, as /proc/PID/net/tcp and tcp6 tell of it. */
export interface TcpListener {
  readonly port: number;
  /** The socket's own inode (sockfs), as in the links of /proc/PID/fd. */
  readonly inode: number;
}

/**
 * get_tcp4_sock in net/ipv4/tcp_ipv4.c: slot, local and remote address as hex, the state (0A is
 * TCP_LISTEN), queues, timer, retransmits, uid, timeout, inode.
 */
const row =
  /^ *\d+: [0-9A-F]{8}(?:[0-9A-F]{24})?:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A(?: +\S+){5} +(\d+) /;

/** The listeners of /proc/PID/net/tcp or tcp6; undefined when it is no such table. */
export function parseTcpListeners(text: string): readonly TcpListener[] | undefined {
  const [header = "", ...lines] = text.split("\n");
  if (!/^ *sl +local_address/.test(header)) return undefined;
  return lines.flatMap((line) => {
    const [, port, inode] = row.exec(line) ?? [];
    const number = wholeNumber(inode);
    return port === undefined || number === undefined
      ? []
      : [{ port: Number.parseInt(port, 16), inode: number }];
  });
}
