import type { Counter as CounterOf, Gauge as GaugeOf, Registry as RegistryOf } from "prom-client";
import Counter from "prom-client/lib/counter.js";
import Gauge from "prom-client/lib/gauge.js";

/** Makes metric families in one registry, in the order of the page. */
export interface FamilyMaker {
  gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): GaugeOf<Label>;
  counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
  ): CounterOf<Label>;
}

/** A maker of families in this registry. */
export function familyMaker(registry: RegistryOf): FamilyMaker {
  return {
    gauge: (name, help, labelNames) => new Gauge({ name, help, labelNames, registers: [registry] }),
    counter: (name, help, labelNames) =>
      new Counter({ name, help, labelNames, registers: [registry] }),
  };
}
