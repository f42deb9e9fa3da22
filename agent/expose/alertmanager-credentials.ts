import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { AlertmanagerAccess } from "../model/settings.ts";

/** What a push carries so that it is let in, and whom it believes. */
export interface Credentials {
  /** The header; undefined: none. */
  readonly authorization: string | undefined;
  /** PEM; undefined: the authorities that Node brings along. */
  readonly ca: string | undefined;
}

const MOST_BYTES = 1_048_576;

/**
 * Reads the files that the settings name. They are small and read for every push: a password may
 * change at any time. `failure` says of which file what is wrong; what is in it is never told.
 */
export async function readCredentials({
  basicAuth,
  bearerTokenFile,
  caFile,
}: AlertmanagerAccess): Promise<Credentials | { readonly failure: string }> {
  let authorization: string | undefined;
  let path = "";
  try {
    if (basicAuth !== undefined) {
      path = basicAuth.passwordFile;
      const password = await readSecret(path);
      const pair = Buffer.from(`${basicAuth.username}:${password}`).toString("base64");
      authorization = `Basic ${pair}`;
    }
    if (bearerTokenFile !== undefined) {
      path = bearerTokenFile;
      const token = await readSecret(path);
      if (!/^[\x21-\x7e]+$/.test(token)) throw new Error("not one token of printable characters");
      authorization = `Bearer ${token}`;
    }
    if (caFile === undefined) return { authorization, ca: undefined };
    path = caFile;
    return { authorization, ca: await readSmall(path) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    const why = code ?? (error instanceof Error ? error.message : String(error));
    return { failure: `${path} could not be used: ${why}` };
  }
}

/** A secret without the white space around it, such as the line end that an editor adds. */
async function readSecret(path: string): Promise<string> {
  const secret = (await readSmall(path)).trim();
  if (secret === "") throw new Error("it is empty");
  return secret;
}

/** A pipe would hold up the push for ever, so it is not waited for. */
async function readSmall(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new Error("not a regular file");
    if (found.size > MOST_BYTES) throw new Error(`longer than ${MOST_BYTES} bytes`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
