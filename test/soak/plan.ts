import type { SoakPlaceName } from "./places.ts";

/** Every kind of cycle: at which service, how often of 100, and what it is. */
export const cycleKinds = {
  "native-restart": { place: "native", share: 20, what: "native unit, restart" },
  "native-reload": { place: "native", share: 15, what: "native unit, reload (HUP)" },
  "native-rolled-back": { place: "native", share: 5, what: "native unit, USR2 rolled back" },
  "sysv-restart": { place: "sysv", share: 15, what: "SysV restart, pidfile correct (race)" },
  "sysv-stop-start": { place: "sysv", share: 13, what: "SysV stop, then start" },
  "sysv-promoted": { place: "sysv", share: 10, what: "SysV, USR2 promoted" },
  "sysv-rolled-back": { place: "sysv", share: 8, what: "SysV, USR2 rolled back" },
  "sysv-lost-long": { place: "sysv", share: 9, what: "SysV restart, pidfile lost, lasting" },
  "sysv-lost-brief": { place: "sysv", share: 5, what: "SysV restart, pidfile lost, brief" },
} as const satisfies Record<
  string,
  { readonly place: SoakPlaceName; readonly share: number; readonly what: string }
>;

/** What is done in one cycle. */
export type CycleKind = keyof typeof cycleKinds;

/** The cycles of one host in their order, for each service; both go on at the same time. */
export type HostPlan = Readonly<Record<SoakPlaceName, readonly CycleKind[]>>;

/**
 * Spreads cycles over hosts as evenly as can be and shuffles those of each: the same seed gives
 * the same plan. Every host gets the kinds by their shares, the largest first where they do not
 * come out even.
 */
export function planCycles(cycles: number, hosts: number, seed: number): readonly HostPlan[] {
  return Array.from({ length: hosts }, (_, host) => {
    const own = Math.floor(cycles / hosts) + (host < cycles % hosts ? 1 : 0);
    const kinds = shuffled(deck(own), randomFrom(seed + host));
    return { sysv: kinds.filter(isAt("sysv")), native: kinds.filter(isAt("native")) };
  });
}

function isAt(place: SoakPlaceName): (kind: CycleKind) => boolean {
  return (kind) => cycleKinds[kind].place === place;
}

/** So many cycles of each kind as its share says, none forgotten in the rounding. */
function deck(cycles: number): readonly CycleKind[] {
  const kinds = Object.keys(cycleKinds) as CycleKind[];
  const parts = kinds.map((kind) => ({ kind, part: (cycles * cycleKinds[kind].share) / 100 }));
  const whole = parts.reduce((sum, { part }) => sum + Math.floor(part), 0);
  const rounded = parts
    .toSorted((one, other) => (other.part % 1) - (one.part % 1))
    .map(({ kind, part }, index) => ({
      kind,
      count: Math.floor(part) + (index < cycles - whole ? 1 : 0),
    }));
  return rounded.flatMap(({ kind, count }) => Array.from({ length: count }, () => kind));
}

function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ item }) => item);
}

/** Numbers from 0 up to 1 by a linear congruence; good enough to shuffle with. */
function randomFrom(seed: number): () => number {
  let state = (seed * 2_654_435_761) % 4_294_967_296;
  return () => {
    // Numerical Recipes; every intermediate stays below 2^53
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
