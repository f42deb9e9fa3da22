/** A host of the fleet. */
export interface FleetHost {
  readonly name: string;
  readonly cluster: string;
  /** It has a second master. */
  readonly duplicate: boolean;
}

/** A fleet, and what has to be told of it. */
export interface Fleet {
  readonly hosts: readonly FleetHost[];
  readonly clusters: number;
  /** Hosts with a second master. */
  readonly duplicates: number;
  /** Clusters of which so many have one that it is one page. */
  readonly badClusters: number;
}

const hostsACluster = 100;

/**
 * Hosts in clusters of a hundred. One in ten of the first cluster has a second master, as after a
 * bad release, and one host of each other.
 */
export function planFleet(count: number): Fleet {
  const hosts = Array.from({ length: count }, (_, index): FleetHost => {
    const cluster = Math.floor(index / hostsACluster);
    const place = index % hostsACluster;
    const duplicate = cluster === 0 ? place % 10 === 0 : place === 0;
    return { name: `host-${index}`, cluster: `cluster-${cluster}`, duplicate };
  });
  const clusters = new Set(hosts.map(({ cluster }) => cluster)).size;
  const duplicates = hosts.filter(({ duplicate }) => duplicate).length;
  return { hosts, clusters, duplicates, badClusters: 1 };
}
