import { describe, expect, it } from "vitest";
import { parseNginx } from "../../../agent/parse/nginx-directives.ts";
import { sitesFor } from "../../../agent/parse/nginx-sites.ts";

const socket = "/srv/app.sock";

function sites(text: string) {
  return sitesFor(parseNginx(text), socket);
}

const pass = `location / { proxy_pass http://unix:${socket}; }`;

describe("an nginx configuration", () => {
  it("is taken apart into directives", () => {
    const text = `a b "c d" 'e;f'; # x;\ng { h \${i}; j "k\\"l"; }\n`;
    expect(parseNginx(text)).toEqual([
      { words: ["a", "b", "c d", "e;f"], block: undefined },
      {
        words: ["g"],
        block: [
          { words: ["h", "${i}"], block: undefined },
          { words: ["j", 'k"l'], block: undefined },
        ],
      },
    ]);
  });

  it.each([
    ["a quote without an end", `a "b; c;`, ["a", "c"]],
    ["too many ends", "a; } b;", ["a", "b"]],
    ["no end", "a { b;", ["a"]],
    ["braces without a name", "{ a; } b;", ["b"]],
    ["nothing but blanks", " \n # x", []],
  ])("with %s is read as far as it goes", (_, text, names) => {
    expect(parseNginx(text).map(({ words }) => words[0])).toEqual(names);
  });

  it("that is nested without end is cut", () => {
    expect(JSON.stringify(parseNginx("a {".repeat(50)))).toContain("a");
  });
});

describe("the sites of nginx for a socket", () => {
  it("are found as upstream has them: a redirection, then TLS", () => {
    const text = `http {
      server { listen 80; server_name example.org; location / { return 301 https://x; } }
      server {
        listen 443 ssl; listen [::]:443 ssl; server_name example.org;
        location / { try_files $uri @proxy_to_app; }
        location @proxy_to_app { include proxy_params; proxy_pass http://unix:${socket}; }
      }
    }`;
    expect(sites(text)).toEqual([{ url: "https://127.0.0.1:443/", host: "example.org" }]);
  });

  it.each<[string, string, string]>([
    ["a port", "listen 8080;", "http://127.0.0.1:8080/"],
    ["nothing", "", "http://127.0.0.1:80/"],
    ["every address", "listen 0.0.0.0:81;", "http://127.0.0.1:81/"],
    ["a star", "listen *:81;", "http://127.0.0.1:81/"],
    ["one address", "listen 10.0.0.1:81 default_server;", "http://10.0.0.1:81/"],
    ["an address alone", "listen 10.0.0.1;", "http://10.0.0.1:80/"],
    ["a name", "listen localhost:82;", "http://localhost:82/"],
    ["IPv6", "listen [::]:83;", "http://[::1]:83/"],
    ["one address of IPv6", "listen [fe80::1]:83;", "http://[fe80::1]:83/"],
    ["nothing, then a port", "listen; listen 85;", "http://127.0.0.1:85/"],
    ["a unix socket, then a port", "listen unix:/x; listen 84;", "http://127.0.0.1:84/"],
    ["a port with TLS", "listen 443 http2 ssl;", "https://127.0.0.1:443/"],
  ])("are asked where they listen at %s", (_, listen, url) => {
    expect(sites(`server { ${listen} ${pass} }`)).toEqual([{ url, host: undefined }]);
  });

  it.each<[string, string]>([
    ["listens at a unix socket alone", `server { listen unix:/x; ${pass} }`],
    ["hands over to another socket", "server { location / { proxy_pass http://unix:/other; } }"],
    ["hands over to nothing", "server { location / { proxy_pass; } }"],
    ["has no block", "server;"],
    [
      "is of another upstream",
      `upstream a { server unix:${socket}; } server { location / { proxy_pass http://b; } }`,
    ],
    [
      "is of an upstream without a name",
      `upstream { server unix:${socket}; } server { location / { proxy_pass http://a; } }`,
    ],
    [
      "is of an upstream without servers",
      "upstream a; server { location / { proxy_pass http://a; } }",
    ],
    [
      "is of an upstream of nothing",
      "upstream a { server; } server { location / { proxy_pass http://a; } }",
    ],
  ])("are none where it %s", (_, text) => {
    expect(sites(text)).toEqual([]);
  });

  it.each<[string, string]>([
    [
      "an upstream",
      `upstream app { server unix:${socket} fail_timeout=0; } server { location / { proxy_pass http://app; } }`,
    ],
    [
      "an upstream with a path",
      `upstream app { server unix:${socket}; } server { location / { proxy_pass http://app/x; } }`,
    ],
    ["a path behind the socket", `server { location / { proxy_pass http://unix:${socket}:/x/; } }`],
    ["uwsgi", `server { location / { uwsgi_pass unix:${socket}; } }`],
    [
      "an if amid a location",
      `server { location / { if ($a) { proxy_pass http://unix:${socket}; } } }`,
    ],
  ])("are found through %s", (_, text) => {
    expect(sites(text)).toEqual([{ url: "http://127.0.0.1:80/", host: undefined }]);
  });

  it.each<[string, string, string]>([
    ["its prefix", `location /app/ { proxy_pass http://unix:${socket}; }`, "/app/"],
    ["the root for a pattern", `location ~ ^/app { proxy_pass http://unix:${socket}; }`, "/"],
    [
      "the root for a pattern that looks like a path",
      `location ~ /app { proxy_pass http://unix:${socket}; }`,
      "/",
    ],
    [
      "the one that hands over",
      `location /static/ { root /x; } location = /a { proxy_pass http://unix:${socket}; }`,
      "/a",
    ],
    ["the root for a location of nothing", `location { proxy_pass http://unix:${socket}; }`, "/"],
    ["the root for a location without a block", `location /x; ${pass}`, "/"],
  ])("are asked for %s", (_, inside, path) => {
    expect(sites(`server { ${inside} }`)[0]?.url).toBe(`http://127.0.0.1:80${path}`);
  });

  it.each<[string, string, string | undefined]>([
    ["a name", "server_name example.org www.example.org;", "example.org"],
    ["any", "server_name _;", undefined],
    ["a pattern, then a name", "server_name *.example.org ~^x .y.org z.org;", "z.org"],
  ])("have the host of %s", (_, names, host) => {
    expect(sites(`server { ${names} ${pass} }`)[0]?.host).toBe(host);
  });
});
