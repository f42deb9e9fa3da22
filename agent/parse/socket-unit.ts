/**
 * The paths at which `systemctl show --property=Listen` says that socket units take streams, as
 * one character a byte: lines `Listen=/run/app.sock (Stream)`, one for each address.
 */
export function parseListenPaths(text: string): readonly string[] {
  return [...text.matchAll(/^Listen=(\/[^\n]*) \(Stream\)$/gm)].map(([, path = ""]) => path);
}
