// put in by the bundler; absent where the sources run as they are
declare const __VERSION__: string | undefined;

/** The version of this program, e.g. `0.1.0`; `0.0.0-dev` where it was not built. */
export const version: string = typeof __VERSION__ === "string" ? __VERSION__ : "0.0.0-dev";
