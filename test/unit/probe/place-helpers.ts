import { once } from "node:events";
import { statSync } from "node:fs";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";
import type { Place } from "../../../agent/model/place.ts";
import { rawPath } from "../../../agent/probe/files.ts";
import type { Resolved } from "../../../agent/probe/places.ts";

/** The key of a name in a directory, as the tests work it out for themselves. */
export function keyOf(directory: string, name: string): string {
  const { dev, ino } = statSync(rawPath(directory));
  return `${dev}:${ino}/${name}`;
}

/** The place of a name that leads somewhere. */
export function placeOf(resolved: Resolved): Place {
  if (resolved.kind !== "place") throw new Error(JSON.stringify(resolved));
  return resolved.place;
}

/** Listens at a path until the test ends. */
export async function listen(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, "listening");
  onTestFinished(() => void server.close());
}
