import { readFileSync } from "node:fs";
import { compareSync } from "bcryptjs";
import { matcherAnswers } from "./password-matcher.ts";

/**
 * Reads `{"password":"…","hash":"…"}` from stdin and gives the line that answers whether they
 * belong together. Throws when that is not what is there.
 */
export function matchPassword(): string {
  const question: unknown = JSON.parse(readFileSync(0, "utf8"));
  if (typeof question !== "object" || question === null) throw new TypeError("no question");
  const password: unknown = Reflect.get(question, "password");
  const hash: unknown = Reflect.get(question, "hash");
  if (typeof password !== "string" || typeof hash !== "string") throw new TypeError("no question");
  return `${compareSync(password, hash) ? matcherAnswers.same : matcherAnswers.other}\n`;
}
