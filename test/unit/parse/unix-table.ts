const header = "Num       RefCount Protocol Flags    Type St Inode Path\n";

/** A table with these lines, as the file is read. */
export function bytes(...lines: string[]): Buffer {
  return Buffer.from(header + lines.map((line) => `${line}\n`).join(""), "latin1");
}

/** A row as the kernel prints it, of a stream listener unless the columns say otherwise. */
export function row(inode: number | string, name: string, columns = "00010000 0001 01"): string {
  return `000000005b28b18a: 00000002 00000000 ${columns} ${String(inode).padStart(5)} ${name}`;
}
