/** Paths below a process's folder of /proc, which is handed in so that tests can bring their own. */
export interface ProcPaths {
  readonly root: string;
  of(pid: number, name: string): string;
}

/** Paths below `root`, ordinarily `/proc`. */
export function procPaths(root: string): ProcPaths {
  return { root, of: (pid, name) => `${root}/${pid}/${name}` };
}
