/** Permission bits as chmod(1) takes them, four octal digits: `0770`. */
export function octalMode(bits: number): string {
  return bits.toString(8).padStart(4, "0");
}
