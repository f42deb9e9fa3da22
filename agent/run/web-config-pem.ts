import type { KeyObject, X509Certificate } from "node:crypto";
import type { PemSource } from "../model/web-config.ts";
import { readSettingsBytes } from "./settings-source.ts";
import { SettingsError } from "./settings-error.ts";

/** What Node's crypto does here; handed in, so that it is loaded only where it is needed. */
export interface PemTools {
  readonly X509Certificate: typeof X509Certificate;
  readonly createPrivateKey: (pem: string) => KeyObject;
}

/** Where something in PEM is asked for: the configuration file and the key in it. */
export interface PemPlace {
  readonly file: string;
  readonly key: string;
}

const mostBytes = 1_048_576;

/** Throws the one problem of this place. */
export function refusePem({ file, key }: PemPlace, message: string): never {
  throw new SettingsError([`${file}: tls_server_config.${key}: ${message}`]);
}

/** The text that `source` names. Throws a SettingsError where it cannot be read. */
export function readPem(source: PemSource, place: PemPlace): string {
  if (source.kind === "inline") return source.text;
  const { path } = source;
  try {
    const bytes = readSettingsBytes({ path, mustExist: true, nameAnother: place.key });
    if (bytes === undefined || bytes.length > mostBytes) {
      return refusePem(place, `${path} is larger than 1 MiB; write the path of a PEM file`);
    }
    return Buffer.from(bytes).toString("latin1");
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    throw new SettingsError(
      error.problems.map((problem) => `${place.file}: tls_server_config.${place.key}: ${problem}`),
    );
  }
}

/** Every certificate in the text, at least one. Throws a SettingsError where one is none. */
export function certificatesIn(
  text: string,
  where: string,
  place: PemPlace,
  tools: PemTools,
): readonly X509Certificate[] {
  const blocks = text.match(
    /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[^]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g,
  );
  if (blocks === null) {
    const message = `${where} holds no certificate; write one in PEM, from -----BEGIN CERTIFICATE-----`;
    return refusePem(place, message);
  }
  return blocks.map((block, index) => {
    try {
      return new tools.X509Certificate(block);
    } catch (error) {
      const which = blocks.length > 1 ? `certificate ${index + 1} in ${where}` : where;
      return refusePem(place, `${which} is broken (${reasonOf(error)}); copy it anew`);
    }
  });
}

/** The private key in the text. Throws a SettingsError that never shows any of it. */
export function privateKeyIn(
  text: string,
  where: string,
  place: PemPlace,
  tools: PemTools,
): KeyObject {
  if (/^-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    return refusePem(place, `${where} has a passphrase, which nobody can type here; remove it`);
  }
  try {
    return tools.createPrivateKey(text);
  } catch (error) {
    const message = `${where} holds no private key that can be read (${reasonOf(error)}); write one in PEM`;
    return refusePem(place, message);
  }
}

/** OpenSSL's words without its numbers: `error:0480006C:PEM routines::no start line`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^error:[0-9A-F]+:/, "").replace("::", ": ");
}
