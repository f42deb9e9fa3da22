import * as v from "valibot";
import { parseDuration } from "../parse/duration.ts";
import { parseListenAddress } from "../parse/listen-address.ts";
import { joinPath } from "../parse/path-text.ts";
import { parseSize } from "../parse/size.ts";

/** A value out of the file in words, for messages: `"15 parsecs"`, `the number 15`, `a list`. */
export function foundText(value: unknown): string {
  if (value === null || value === undefined) return "found nothing";
  if (Array.isArray(value)) return "found a list";
  if (typeof value === "object") return "found a map";
  if (typeof value === "string") {
    return `found ${JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value)}`;
  }
  return typeof value === "number" ? `found the number ${value}` : `found ${JSON.stringify(value)}`;
}

/** What reading one value gave: it, or what is wrong with it and what would be right. */
export type Checked<T> = { readonly value: T } | { readonly wrong: string };

/** A schema of one value that is read, and judged, by `check`. */
export function valueSchema<T>(check: (found: unknown) => Checked<T>): v.GenericSchema<unknown, T> {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, T>(({ dataset, addIssue, NEVER }) => {
      const checked = check(dataset.value);
      if ("value" in checked) return checked.value;
      addIssue({ message: checked.wrong });
      return NEVER;
    }),
  );
}

/** A time in milliseconds from `least` to `most`, both written as the file has them. */
export function duration(least: string, most: string): v.GenericSchema<unknown, number> {
  const leastMs = parseDuration(least) ?? 0;
  const mostMs = parseDuration(most) ?? Infinity;
  return valueSchema((found) => {
    const ms = typeof found === "string" ? parseDuration(found) : undefined;
    if (ms === undefined) {
      return { wrong: `${foundText(found)}; write a time with its unit, like 500ms, 15s or 10m` };
    }
    if (ms < leastMs || ms > mostMs) {
      return { wrong: `${foundText(found)}; write a time from ${least} to ${most}` };
    }
    return { value: ms };
  });
}

const leastBudgetBytes = 1_048_576;

/** A size in bytes, or undefined where the file says null. */
export function budget(): v.GenericSchema<unknown, number | undefined> {
  return valueSchema((found) => {
    if (found === null || found === undefined) return { value: undefined };
    const bytes = typeof found === "string" ? parseSize(found) : undefined;
    if (bytes === undefined) {
      return { wrong: `${foundText(found)}; write a size with its unit, like 512MiB or 2GiB` };
    }
    if (bytes < leastBudgetBytes) {
      return { wrong: `${foundText(found)}; write a size of at least 1MiB` };
    }
    return { value: bytes };
  });
}

/** A share of a whole: above 0, at most 1. */
export function ratio(): v.GenericSchema<unknown, number> {
  return valueSchema((found) =>
    typeof found === "number" && found > 0 && found <= 1
      ? { value: found }
      : { wrong: `${foundText(found)}; write a number above 0 and up to 1, like 0.1 for 10 %` },
  );
}

/** An absolute path of a file, doubled slashes removed; `example` is one, for messages. */
export function absolutePath(example: string): v.GenericSchema<unknown, string> {
  return valueSchema((found) => {
    const wrong = `${foundText(found)}; write an absolute path, like ${example}`;
    if (typeof found !== "string") return { wrong };
    const afterScheme = /^unix:(?:\/\/(?=\/))?(\/.*)$/s.exec(found)?.[1];
    if (afterScheme !== undefined) {
      return { wrong: `${foundText(found)}; write the path alone: ${afterScheme}` };
    }
    if (found.includes("\0")) return { wrong: `${wrong}, without NUL bytes` };
    if (!found.startsWith("/")) return { wrong };
    if (found.endsWith("/")) {
      return { wrong: `${foundText(found)}, which names a directory; write the path of a file` };
    }
    return { value: joinPath("/", found) };
  });
}

/** An absolute path of a directory, other than the root; `example` is one, for messages. */
export function directory(example: string): v.GenericSchema<unknown, string> {
  return valueSchema((found) => {
    const wrong = `${foundText(found)}; write an absolute path, like ${example}`;
    if (typeof found !== "string" || !found.startsWith("/") || found.includes("\0")) {
      return { wrong };
    }
    const path = joinPath("/", found.replace(/\/+$/, ""));
    return path === "/" || found === "/" ? { wrong } : { value: path };
  });
}

/** How many workers there should be. */
export function workerCount(): v.GenericSchema<unknown, number> {
  return wholeNumber(1, 10_000, 4);
}

/** A whole number from `least` to `most`; `example` is one, for messages. */
export function wholeNumber(
  least: number,
  most: number,
  example = least,
): v.GenericSchema<unknown, number> {
  return valueSchema((found) =>
    typeof found === "number" && Number.isInteger(found) && found >= least && found <= most
      ? { value: found }
      : {
          wrong: `${foundText(found)}; write a whole number from ${least} to ${most}, like ${example}`,
        },
  );
}

/** One of these words. */
export function oneOf<const Word extends string>(
  words: readonly Word[],
): v.GenericSchema<unknown, Word> {
  return valueSchema((found) => {
    const word = words.find((one) => one === found);
    return word === undefined
      ? { wrong: `${foundText(found)}; write one of ${words.join(", ")}` }
      : { value: word };
  });
}

/**
 * Permission bits in octal digits. Only as text: YAML reads 0770 without quotes as a number,
 * and not every reader as the same one.
 */
export function fileMode(): v.GenericSchema<unknown, number> {
  return valueSchema((found) =>
    typeof found === "string" && /^0?[0-7]{3}$/.test(found)
      ? { value: Number.parseInt(found, 8) }
      : { wrong: `${foundText(found)}; write octal digits in quotes, like "0770"` },
  );
}

/** `user:group`, each a name or a number. */
export function ownerAndGroup(): v.GenericSchema<unknown, string> {
  return valueSchema((found) =>
    typeof found === "string" && /^[\w.][\w.-]*\$?:[\w.][\w.-]*\$?$/.test(found)
      ? { value: found }
      : { wrong: `${foundText(found)}; write user:group, like www-data:www-data` },
  );
}

/** True or false. */
export function yesOrNo(): v.GenericSchema<unknown, boolean> {
  return valueSchema((found) =>
    typeof found === "boolean"
      ? { value: found }
      : { wrong: `${foundText(found)}; write true or false` },
  );
}

/** A systemd unit that can hold processes, with its suffix; undefined where the file says null. */
export function unitName(): v.GenericSchema<unknown, string | undefined> {
  return valueSchema((found) => {
    if (found === null || found === undefined) return { value: undefined };
    if (typeof found === "string" && /^[\w:.\\@-]+\.(?:service|scope)$/.test(found)) {
      return { value: found };
    }
    const meant = typeof found === "string" && /^[\w:\\@-]+$/.test(found) ? found : "platform";
    return { wrong: `${foundText(found)}; write a unit with its suffix, like ${meant}.service` };
  });
}

/** True for an address or name that only this host itself can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Where to listen for HTTP. */
export function listenAddress(): v.GenericSchema<unknown, { host: string; port: number }> {
  return valueSchema((found) => {
    const address = typeof found === "string" ? parseListenAddress(found) : undefined;
    return address === undefined
      ? { wrong: `${foundText(found)}; write HOST:PORT, like 127.0.0.1:10709` }
      : { value: { host: address.host, port: address.port } };
  });
}
