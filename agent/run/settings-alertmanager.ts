import type * as v from "valibot";
import { ownLabels } from "../detect/alert-rules.ts";
import { type Checked, foundText, valueSchema } from "./settings-values.ts";

const MOST_URLS = 8;
const EXAMPLE = "http://127.0.0.1:9093";
const API = /\/api\/v[12](?:\/alerts)?\/?$/;

/** One URL or a list of them; none where the file says null. */
export function alertmanagerUrls(): v.GenericSchema<unknown, readonly string[]> {
  return valueSchema((found) => {
    if (found === null || found === undefined) return { value: [] };
    const list: readonly unknown[] = Array.isArray(found) ? found : [found];
    if (list.length > MOST_URLS) {
      return { wrong: `found ${list.length} URLs; write at most ${MOST_URLS}` };
    }
    const urls: string[] = [];
    for (const one of list) {
      const checked = alertmanagerUrl(one);
      if ("wrong" in checked) return checked;
      if (urls.includes(checked.value)) {
        return { wrong: `found ${JSON.stringify(checked.value)} twice; leave one of them` };
      }
      urls.push(checked.value);
    }
    return { value: urls };
  });
}

function alertmanagerUrl(found: unknown): Checked<string> {
  const example = `write the URL of an Alertmanager, like ${EXAMPLE}`;
  const url = typeof found === "string" && URL.canParse(found) ? new URL(found) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /\s/.test(String(found))) {
    return { wrong: `${foundText(found)}; ${example}` };
  }
  if (url.username !== "" || url.password !== "") {
    return {
      wrong:
        `found a URL with a user in it (${url.protocol}//…@${url.host}); ` +
        "write basic_auth: { username, password_file } instead",
    };
  }
  if (url.search !== "" || url.hash !== "") {
    return { wrong: `${foundText(found)}; write the URL without what follows ? or #` };
  }
  if (API.test(url.pathname)) {
    const base = `${url.origin}${url.pathname.replace(API, "")}`;
    return { wrong: `${foundText(found)}; write it without the path of the API: ${base}` };
  }
  return { value: `${url.origin}${url.pathname.replace(/\/+$/, "")}` };
}

/** Labels for every alert, by name; null takes a default one away. */
export function alertLabels(): v.GenericSchema<unknown, Readonly<Record<string, string | null>>> {
  return valueSchema((found) => {
    if (found === null || found === undefined) return { value: {} };
    if (typeof found !== "object" || Array.isArray(found)) {
      return { wrong: `${foundText(found)}; write a map, like { cluster: eu-1 }` };
    }
    const labels: Record<string, string | null> = {};
    for (const [name, value] of Object.entries(found)) {
      const wrong = whyNoLabel(name, value);
      if (wrong !== undefined) return { wrong };
      labels[name] = typeof value === "string" ? value : null;
    }
    return { value: labels };
  });
}

function whyNoLabel(name: string, value: unknown): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.startsWith("__")) {
    return `found the label ${JSON.stringify(name)}; write letters, digits and _, like cluster`;
  }
  if (ownLabels.includes(name)) {
    return `found the label ${name}, which each alert brings with it; remove it`;
  }
  if (
    value === null ||
    (typeof value === "string" && value !== "" && !/\p{Surrogate}/u.test(value))
  ) {
    return undefined;
  }
  return `${foundText(value)} as the label ${name}; write a text in quotes, or null to have none`;
}

/** The name of a user for basic authentication, which cannot hold a colon (RFC 7617). */
export function userName(): v.GenericSchema<unknown, string> {
  return valueSchema((found) =>
    typeof found === "string" && found !== "" && !found.includes(":")
      ? { value: found }
      : { wrong: `${foundText(found)}; write the name of a user, without a colon` },
  );
}
