import { type Complaint, entryAt } from "./settings-contradictions.ts";

const section = "tls_server_config";

/** What cannot all be meant in a web configuration file, in its value as it stands there. */
export function webConfigContradictions(file: unknown): Complaint[] {
  const tls = entryAt(file, section);
  const limit = entryAt(file, "rate_limit");
  return [
    ...(isMap(tls) ? [...pairs(tls), ...clientAuth(tls), ...versions(tls)] : []),
    ...(isMap(limit) ? bursts(limit) : []),
  ];
}

function isMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function has(map: unknown, key: string): boolean {
  const found = entryAt(map, key);
  return found !== undefined && found !== null;
}

/** One certificate and one key, each in a file or written out. */
function pairs(tls: unknown): Complaint[] {
  const complaints: Complaint[] = [];
  for (const name of ["cert", "key"]) {
    if (has(tls, name) || has(tls, `${name}_file`)) continue;
    const message = `found no ${name}_file; write it, like ${name}_file: tls.${name === "key" ? "key" : "crt"}`;
    complaints.push({ at: [section], message });
  }
  for (const name of ["cert", "key", "client_ca"]) {
    if (!has(tls, name) || !has(tls, `${name}_file`)) continue;
    complaints.push({
      at: [section, name],
      message: `found beside ${name}_file; leave one of the two`,
    });
  }
  return complaints;
}

/** A certificate of a client says something only where an authority of ours vouches for it. */
function clientAuth(tls: unknown): Complaint[] {
  const type = entryAt(tls, "client_auth_type") ?? "NoClientCert";
  const ca = has(tls, "client_ca_file") ? "client_ca_file" : "client_ca";
  const verifies = type === "VerifyClientCertIfGiven" || type === "RequireAndVerifyClientCert";
  const complaints: Complaint[] = [];
  if (has(tls, ca) && type === "NoClientCert") {
    const message =
      "found while no client is asked for a certificate; " +
      "set client_auth_type to RequireAndVerifyClientCert as well";
    complaints.push({ at: [section, ca], message });
  }
  if (verifies && !has(tls, ca)) {
    const message = `found ${JSON.stringify(type)} and no authority to verify with; write client_ca_file as well`;
    complaints.push({ at: [section, "client_auth_type"], message });
  }
  const sans = entryAt(tls, "client_allowed_sans");
  if (Array.isArray(sans) && sans.length > 0 && type !== "RequireAndVerifyClientCert") {
    const message =
      "found while certificates are not required and verified, so that any could be shown; " +
      "set client_auth_type to RequireAndVerifyClientCert";
    complaints.push({ at: [section, "client_allowed_sans"], message });
  }
  return complaints;
}

function versions(tls: unknown): Complaint[] {
  if (entryAt(tls, "min_version") !== "TLS13" || entryAt(tls, "max_version") !== "TLS12") return [];
  const message = 'found "TLS12", which is below min_version; write TLS13';
  return [{ at: [section, "max_version"], message }];
}

function bursts(limit: unknown): Complaint[] {
  const interval = entryAt(limit, "interval");
  if (interval === undefined || interval === null || interval === 0 || has(limit, "burst"))
    return [];
  return [{ at: ["rate_limit"], message: "found no burst; write how many may come at once" }];
}
