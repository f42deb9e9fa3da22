/** A directive of an nginx configuration. */
export interface NginxDirective {
  /** Its name, then its parameters. */
  readonly words: readonly [string, ...string[]];
  /** What stands in its braces; undefined: it has none. */
  readonly block: readonly NginxDirective[] | undefined;
}

const token =
  /\s+|#[^\n]*|"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|([;{}])|((?:\\[^]|\$\{[^}]*\}|[^\s;{}"'\\])+)/y;
const deepest = 32;

function unquoted(text: string): string {
  return text.replaceAll(/\\(["'\\])/g, "$1");
}

/**
 * Takes an nginx configuration apart (ngx_conf_file.c, ngx_conf_read_token). What is wrong in
 * it is passed over: nginx itself has accepted the file, or does not run with it.
 */
export function parseNginx(text: string): readonly NginxDirective[] {
  token.lastIndex = 0;

  function block(depth: number): readonly NginxDirective[] {
    const directives: NginxDirective[] = [];
    const words: string[] = [];
    while (token.lastIndex < text.length) {
      const at = token.lastIndex;
      const match = token.exec(text);
      if (match === null) {
        // a quote without an end
        token.lastIndex = at + 1;
        continue;
      }
      const [, double, single, sign, plain] = match;
      const word = double ?? single ?? plain;
      if (word !== undefined) words.push(unquoted(word));
      if (sign === "}") return directives;
      if (sign === undefined) continue;
      const inside = sign === "{" && depth < deepest ? block(depth + 1) : undefined;
      const [name, ...parameters] = words.splice(0);
      if (name !== undefined) directives.push({ words: [name, ...parameters], block: inside });
    }
    return directives;
  }

  const directives: NginxDirective[] = [];
  while (token.lastIndex < text.length) directives.push(...block(0));
  return directives;
}
