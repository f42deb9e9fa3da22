import { crew, listener } from "./build.ts";

/** What holds listener 90, whose file has been replaced at the path by that of listener 100. */
export const old = { holds: [90] };

/** The listeners of two masters one after the other at the usual place. */
export const both = [listener(90), listener(100)];

/** Master 10 is stale since master 20 came; each has a worker. */
export const duplicate = {
  processes: [...crew(10, [11], old), ...crew(20, [21])],
  listeners: both,
};
