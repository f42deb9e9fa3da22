import type * as v from "valibot";
import { parseDuration } from "../parse/duration.ts";
import { joinPath } from "../parse/path-text.ts";
import type { TlsVersion } from "../model/web-config.ts";
import { foundText, valueSchema } from "./settings-values.ts";

/** OpenSSL's names of what Go offers without calling it insecure, by Go's names. */
const cipherNames: ReadonlyMap<string, string> = new Map([
  ["TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"],
  ["TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"],
  ["TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"],
]);

const curveNames: ReadonlyMap<string, string> = new Map([
  ["CurveP256", "P-256"],
  ["CurveP384", "P-384"],
  ["CurveP521", "P-521"],
  ["X25519", "X25519"],
]);

function nameIn(
  names: ReadonlyMap<string, string>,
  refused: (name: string) => string | undefined,
): v.GenericSchema<unknown, string> {
  return valueSchema((found) => {
    const name = typeof found === "string" ? names.get(found) : undefined;
    if (name !== undefined) return { value: name };
    const why = typeof found === "string" ? refused(found) : undefined;
    const list = [...names.keys()].join(", ");
    return {
      wrong: `${foundText(found)}${why === undefined ? "" : `, ${why}`}; write one of ${list}`,
    };
  });
}

/** A cipher suite by Go's name, as OpenSSL's. */
export function cipherSuite(): v.GenericSchema<unknown, string> {
  return nameIn(cipherNames, (name) =>
    /^TLS_(?:RSA|ECDHE_\w+)_WITH_/.test(name) ? "which Go calls insecure" : undefined,
  );
}

/** A curve by Go's name, as OpenSSL's. */
export function curve(): v.GenericSchema<unknown, string> {
  return nameIn(curveNames, (name) =>
    name === "X25519MLKEM768" ? "which the OpenSSL of older Nodes does not have" : undefined,
  );
}

/** A version of TLS by Go's name, as Node's. */
export function tlsVersion(): v.GenericSchema<unknown, TlsVersion> {
  return valueSchema((found) => {
    if (found === "TLS12") return { value: "TLSv1.2" };
    if (found === "TLS13") return { value: "TLSv1.3" };
    const known = found === "TLS10" || found === "TLS11";
    const why = known ? ", which Node's OpenSSL does not speak" : "";
    return { wrong: `${foundText(found)}${why}; write TLS12 or TLS13` };
  });
}

/** The path of a file; a relative one starts from `folder`. */
export function fileIn(folder: string): v.GenericSchema<unknown, string> {
  return valueSchema((found) =>
    typeof found === "string" && found !== "" && !found.includes("\0") && !found.endsWith("/")
      ? { value: joinPath(folder, found) }
      : { wrong: `${foundText(found)}; write the path of a PEM file, like tls.crt` },
  );
}

/** PEM text. What is there instead is not shown: it may be a key. */
export function pemText(): v.GenericSchema<unknown, string> {
  return valueSchema((found) =>
    typeof found === "string" && found.includes("-----BEGIN ")
      ? { value: found }
      : { wrong: "found no PEM text; write it as a block, from -----BEGIN to -----END" },
  );
}

/** Any text but the empty one; `example` is one, for messages. */
export function someText(example: string): v.GenericSchema<unknown, string> {
  return valueSchema((found) =>
    typeof found === "string" && found !== ""
      ? { value: found }
      : { wrong: `${foundText(found)}; write a text, like ${example}` },
  );
}

/** The most that a hash may cost: 2^15 rounds take some two seconds, twice as long for each more. */
const mostCost = 15;

/** A bcrypt hash. What is there instead is not shown: it may be a password. */
export function bcryptHash(): v.GenericSchema<unknown, string> {
  const right = "write one, as `htpasswd -nBC 10 USER` prints it after the colon";
  return valueSchema((found) => {
    const cost = typeof found === "string" ? costOf(found) : undefined;
    if (typeof found !== "string" || cost === undefined) {
      return { wrong: `found no bcrypt hash ($2a$, $2b$ or $2y$); ${right}` };
    }
    return cost < 4 || cost > mostCost
      ? {
          wrong: `found a bcrypt hash of cost ${cost}; write one of cost 4 to ${mostCost}, like 10`,
        }
      : { value: found };
  });
}

/** The cost of a bcrypt hash; undefined for what is none. */
function costOf(hash: string): number | undefined {
  const cost = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1];
  return cost === undefined ? undefined : Number(cost);
}

/** The value of a header; one of `words` where there are some. */
export function headerValue(
  name: string,
  words: readonly string[],
): v.GenericSchema<unknown, string> {
  return valueSchema((found) => {
    if (typeof found !== "string" || !isHeaderValue(name, found)) {
      return { wrong: `${foundText(found)}; write a text of one line` };
    }
    // unset where it is blank, as the format says
    if (found === "" || words.length === 0 || words.includes(found)) return { value: found };
    return { wrong: `${foundText(found)}; write ${words.join(" or ")}` };
  });
}

function isHeaderValue(name: string, value: string): boolean {
  try {
    // loaded here: an import is hoisted to the start of every command
    process.getBuiltinModule("node:http").validateHeaderValue(name, value);
    return true;
  } catch {
    return false; // this is what it throws for
  }
}

/** HTTP/2, which is not spoken here. */
export function http2(): v.GenericSchema<unknown, false> {
  return valueSchema((found) =>
    found === false
      ? { value: false }
      : { wrong: `${foundText(found)}; HTTP/2 is not spoken here: write false, or leave it out` },
  );
}

/** A time between two requests in milliseconds; 0: no limit. */
export function requestInterval(): v.GenericSchema<unknown, number> {
  return valueSchema((found) => {
    if (found === 0) return { value: 0 };
    const ms = typeof found === "string" ? parseDuration(found) : undefined;
    return ms === undefined || ms > 3_600_000
      ? { wrong: `${foundText(found)}; write a time up to 1h, like 200ms, or 0 for no limit` }
      : { value: ms };
  });
}
