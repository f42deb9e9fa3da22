import { unitNamed } from "../parse/unit-name.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The name, with its suffix, of the unit that a person typed; undefined where none was. Throws a
 * UsageError for what is no name of a unit.
 */
export function unitAskedFor(typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined;
  const name = unitNamed(typed);
  if (name !== undefined) return name;
  throw new UsageError(
    `${JSON.stringify(typed)} is no name of a unit; write it like platform.service`,
  );
}
