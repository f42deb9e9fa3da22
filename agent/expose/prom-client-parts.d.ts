/*
 * The parts of prom-client that the metrics use, named one by one: its index also loads the
 * cluster, https and t-digest modules, which measured 1.8 MB of anonymous memory in a bundle.
 */

declare module "prom-client/lib/registry.js" {
  import { Registry } from "prom-client";
  export = Registry;
}

declare module "prom-client/lib/gauge.js" {
  import { Gauge } from "prom-client";
  export = Gauge;
}

declare module "prom-client/lib/counter.js" {
  import { Counter } from "prom-client";
  export = Counter;
}

declare module "prom-client/lib/histogram.js" {
  import { Histogram } from "prom-client";
  export = Histogram;
}

declare module "prom-client/lib/metrics/processCpuTotal.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry): void;
  export = register;
}

declare module "prom-client/lib/metrics/processStartTime.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry): void;
  export = register;
}

declare module "prom-client/lib/metrics/osMemoryHeap.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry): void;
  export = register;
}

declare module "prom-client/lib/metrics/processOpenFileDescriptors.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry): void;
  export = register;
}

declare module "prom-client/lib/metrics/processMaxFileDescriptors.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry): void;
  export = register;
}

declare module "prom-client/lib/metrics/heapSizeAndUsed.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry): void;
  export = register;
}

declare module "prom-client/lib/metrics/version.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry): void;
  export = register;
}

declare module "prom-client/lib/metrics/gc.js" {
  import type { Registry } from "prom-client";
  function register(registry: Registry, options: { gcDurationBuckets: readonly number[] }): void;
  export = register;
}
