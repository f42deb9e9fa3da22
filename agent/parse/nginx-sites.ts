import type { NginxDirective } from "./nginx-directives.ts";

/** A site of nginx that hands requests to a socket. */
export interface NginxSite {
  /** Where it is asked on this host: `https://127.0.0.1:443/`. */
  readonly url: string;
  /** The name that leads to it; undefined: it answers to any. */
  readonly host: string | undefined;
}

const passes = /^(?:proxy|uwsgi|scgi|fastcgi|grpc)_pass$/;

function all(
  directives: readonly NginxDirective[],
  name: string | RegExp,
): readonly NginxDirective[] {
  return directives.flatMap((directive) => {
    const [own] = directive.words;
    const is = typeof name === "string" ? own === name : name.test(own);
    return [...(is ? [directive] : []), ...all(directive.block ?? [], name)];
  });
}

/** `http://unix:/run/app.sock:/uri`, `unix:/run/app.sock`. */
function namesSocket(target: string, socket: string): boolean {
  const path = /^(?:\w+:\/\/)?unix:([^:]+)/.exec(target)?.[1];
  return path === socket;
}

/** Names of upstreams that have the socket among their servers. */
function upstreamsOf(directives: readonly NginxDirective[], socket: string): readonly string[] {
  return all(directives, "upstream")
    .filter(({ block }) =>
      all(block ?? [], "server").some(({ words }) => namesSocket(words[1] ?? "", socket)),
    )
    .flatMap(({ words }) => words[1] ?? []);
}

/** The address of a `listen` as one asks it here; undefined: a unix socket. */
function address([, where = "", ...options]: readonly string[]): string | undefined {
  const full = /^\d+$/.test(where) ? `*:${where}` : where;
  const [, name = "", port = "80"] = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d+))?$/.exec(full) ?? [];
  if (name === "") return undefined;
  const scheme = options.includes("ssl") ? "https" : "http";
  return `${scheme}://${everywhere.get(name) ?? name}:${port}/`;
}

/** Addresses that mean every interface, and the one of them that is surely here. */
const everywhere: ReadonlyMap<string, string> = new Map([
  ["*", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["[::]", "[::1]"],
]);

function hostOf(server: readonly NginxDirective[]): string | undefined {
  const names = server.filter(({ words }) => words[0] === "server_name");
  return names
    .flatMap(({ words }) => words.slice(1))
    .find((name) => /^[\w.-]+$/.test(name) && name !== "_" && !name.startsWith("."));
}

/** The prefix of the location that hands over, where one can ask for it. */
function locationOf(
  server: readonly NginxDirective[],
  isOurs: (directive: NginxDirective) => boolean,
): string {
  for (const { words, block } of all(server, "location")) {
    const own = all(block ?? [], passes).some(isOurs);
    const prefix = words.slice(1).at(-1) ?? "";
    if (own && /^\/[\w./-]*$/.test(prefix) && !words.includes("~")) return prefix;
  }
  return "/";
}

/** The sites of a configuration, includes put in, that hand requests to a socket. */
export function sitesFor(
  directives: readonly NginxDirective[],
  socket: string,
): readonly NginxSite[] {
  const upstreams = upstreamsOf(directives, socket);
  function isOurs({ words: [, target = ""] }: NginxDirective): boolean {
    const name = target.replace(/^\w+:\/\//, "").replace(/\/.*$/, "");
    return namesSocket(target, socket) || upstreams.includes(name);
  }
  return all(directives, "server").flatMap(({ block = [] }) => {
    if (!all(block, passes).some(isOurs)) return [];
    const listens = block.filter(({ words }) => words[0] === "listen");
    const addresses = listens.flatMap(({ words }) => address(words) ?? []);
    const [first] = listens.length === 0 ? ["http://127.0.0.1:80/"] : addresses;
    if (first === undefined) return [];
    const url = first.replace(/\/$/, locationOf(block, isOurs));
    return [{ url, host: hostOf(block) }];
  });
}
