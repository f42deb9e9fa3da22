import { type Command, InvalidArgumentError, Option } from "commander";
import { joinPath } from "../parse/path-text.ts";
import { unitNamed } from "../parse/unit-name.ts";
import { wholeNumber } from "../parse/whole-number.ts";

/** What a person types for a cutover, as the parser of the command line leaves it. */
export interface TypedCutover {
  readonly unit?: string;
  readonly name?: string;
  readonly program?: string;
  readonly app?: string;
  readonly arguments?: string;
  readonly chdir?: string;
  readonly user?: string;
  readonly group?: string;
  readonly workers?: number;
  readonly umask?: number;
  readonly environmentFile?: string;
  /** False: --no-nginx. */
  readonly nginx?: string | false;
  readonly url?: string;
  readonly keepRoot?: true;
  readonly fixOwnership?: true;
  readonly clean?: true;
  readonly socketActivation?: true;
}

/** The name of a unit as a person types it. */
export function unitTyped(typed: string): string {
  const name = unitNamed(typed);
  if (name?.endsWith(".service") === true) return name;
  throw new InvalidArgumentError("Write the name of a service, like platform.service.");
}

function absolute(typed: string): string {
  if (typed.startsWith("/")) return joinPath("/", typed);
  throw new InvalidArgumentError("Write an absolute path.");
}

function application(typed: string): string {
  if (/^[\w.]+(?::[\w.()'"=, -]+)?$/.test(typed)) return typed;
  throw new InvalidArgumentError("Write it as gunicorn takes it, like run:app.");
}

function account(typed: string): string {
  if (/^[A-Za-z0-9_][\w.@-]*\$?$/.test(typed)) return typed;
  throw new InvalidArgumentError("Write a name or a number.");
}

function count(typed: string): number {
  const number = wholeNumber(typed);
  if (number !== undefined && number > 0 && number <= 1_000) return number;
  throw new InvalidArgumentError("Write a number from 1 to 1000.");
}

function mask(typed: string): number {
  if (/^0?[0-7]{3}$/.test(typed)) return Number.parseInt(typed, 8);
  throw new InvalidArgumentError("Write three octal digits, like 007.");
}

function url(typed: string): string {
  if (URL.canParse(typed) && /^https?:$/.test(new URL(typed).protocol)) return typed;
  throw new InvalidArgumentError("Write a URL, like http://127.0.0.1/.");
}

function pathOfUrl(typed: string): string {
  if (/^\/[!-~]*$/.test(typed)) return typed;
  throw new InvalidArgumentError("Write the path of a page, like /health.");
}

const flagTexts: readonly (readonly [string, string, ((typed: string) => unknown)?])[] = [
  ["--unit <name>", "the service of today", unitTyped],
  ["--name <name>", "name of the native unit (default: the same)", unitTyped],
  ["--program <path>", "gunicorn", absolute],
  ["--app <module:name>", "the application", application],
  ["--arguments <words>", "gunicorn's other options, instead of those that are found"],
  ["--chdir <path>", "working directory", absolute],
  ["--user <name>", "account of the service", account],
  ["--group <name>", "its group", account],
  ["--workers <number>", "how many workers", count],
  ["--umask <mask>", "umask of the socket file, like 007", mask],
  ["--environment-file <path>", "NAME=value lines for the service", absolute],
  ["--nginx <url>", "where nginx is asked, to know that it reaches the socket", url],
  ["--no-nginx", "ask through the socket alone"],
  ["--url <path>", "page that the application is asked for (default: /)", pathOfUrl],
  ["--keep-root", "gunicorn's master stays root, as under the init script"],
  ["--fix-ownership", "give files that the service writes to its user"],
  ["--clean", "stop all first: an outage, but nothing has to be kept up"],
  ["--socket-activation", "systemd holds the socket: restarts then lose no request"],
];

/** Gives a command all flags of a cutover. */
export function withCutoverFlags(command: Command): Command {
  for (const [flags, text, parse] of flagTexts) {
    const option = new Option(flags, text);
    command.addOption(parse === undefined ? option : option.argParser((typed) => parse(typed)));
  }
  return command;
}
