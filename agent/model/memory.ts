/** Memory of one group, in bytes, summed over all its processes. */
export interface GroupMemory {
  readonly rssBytes: number;
  readonly pssBytes: number;
  /** Private_Clean + Private_Dirty + Private_Hugetlb. */
  readonly ussBytes: number;
  /** SwapPss: shared swapped pages are counted once. */
  readonly swapBytes: number;
  /**
   * Pss_Anon + Pss_Shmem + SwapPss: what the host gets back when the whole group ends.
   * Measured exact, since anonymous pages are shared only inside one fork family.
   */
  readonly reclaimableBytes: number;
}

/** Memory of the host, from /proc/meminfo. */
export interface HostMemory {
  readonly totalBytes: number;
  readonly availableBytes: number;
}
