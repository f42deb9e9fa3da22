import { setFlagsFromString } from "node:v8";

/*
 * V8's space for young objects stays at its first size, twice a megabyte, from the moment this
 * file is loaded, which has to be before all others: loading the program alone makes V8 double
 * it, and what has grown stays grown while there is something to do, 2.1 MB for nothing. The
 * same flag on Node's command line would do nothing: V8 takes less than 2 for 2 as it starts.
 */
setFlagsFromString("--semi-space-growth-factor=1");

/** For commands that are over soon and may have much to read: from here on it can double. */
export function releaseYoungSpace(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
}
