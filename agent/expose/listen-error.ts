/**
 * Thrown when the web server cannot listen. The message names the address, what was found
 * and what would be right; `code` is the error code of listen(2) or of the name look-up.
 */
export class ListenError extends Error {
  override readonly name = "ListenError" as const;
  readonly address: string;
  readonly code: string;

  constructor(address: string, cause: NodeJS.ErrnoException) {
    const code = cause.code ?? "unknown";
    super(`${address} ${whatIsWrong(code)}`, { cause });
    this.address = address;
    this.code = code;
  }
}

function whatIsWrong(code: string): string {
  switch (code) {
    case "EADDRINUSE":
      return "is in use by another process (another onemaster?); set web.listen to a free address";
    case "EACCES":
      return "may not be bound by this user; set web.listen to a port of 1024 or above";
    case "EADDRNOTAVAIL":
      return "is no address of this host; set web.listen to one that is, such as 127.0.0.1:10709";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "could not be resolved; set web.listen to an IP address, such as 127.0.0.1:10709";
    default:
      return `cannot be listened on (${code}); set web.listen to another address`;
  }
}
