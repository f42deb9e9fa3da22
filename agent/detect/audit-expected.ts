import type { LinkState } from "../model/audit.ts";
import type { SocketReport } from "../model/report.ts";
import {
  type Expectation,
  type Found,
  isWrappedScript,
  leaves,
  livingIn,
  serves,
  told,
  type UnitCase,
} from "./audit-case.ts";
import { dropInFor, withProgram } from "./audit-fixes.ts";
import { umaskFor } from "./audit-native-unit.ts";
import { shellWord } from "./audit-shell.ts";

/** Said where systemctl prints an ExecStart that nobody can take apart. */
export const unreadableCommand = "its ExecStart could not be read";

/** Whether what ExecStart names can be started. */
export function program(unitCase: UnitCase): Found {
  const { unit, properties } = unitCase;
  const facts = unit.program;
  if (properties.execStart === undefined) return told("unknown", unreadableCommand);
  if (facts === undefined) return undefined;
  const { named, at, state, why, interpreter } = facts;
  const because = why === undefined ? "" : `: ${why}`;
  switch (state) {
    case "unseen":
      return told("unknown", `whether ${at} is there could not be seen${because}`);
    case "not-executable": {
      const evidence = `${at} is not executable${because}`;
      return {
        state: "bad",
        evidence,
        fix: why === undefined ? `chmod +x ${shellWord(at)}` : null,
      };
    }
    case "missing": {
      const [instead] = unit.gunicorns;
      const where = named.startsWith("/") ? at : `${named}, in systemd's search path`;
      if (instead === undefined) return told("bad", `there is no ${where}`);
      const evidence = `there is no ${where}; ${instead} is there`;
      return { state: "bad", evidence, fix: withProgram(unitCase, named, instead) };
    }
    case "executable": {
      if (interpreter?.missing === true) {
        const evidence = `${at} needs ${interpreter.path}, which is missing`;
        return told("bad", evidence);
      }
      if (isWrappedScript(properties)) {
        return told(
          "unknown",
          `${at} is executable; what it starts is not to be seen from outside`,
        );
      }
      return told("ok", named === at ? `${at} is executable` : `${named} is ${at}`);
    }
  }
}

/** Judges every socket that has an expectation; the worst answer counts. */
function worst(
  { sockets, expectations }: UnitCase,
  judge: (socket: SocketReport, expected: Expectation) => Found,
): Found {
  const rank: readonly LinkState[] = ["bad", "unknown", "warning", "ok"];
  return sockets
    .flatMap((socket) => {
      const expected = expectations.find(({ path }) => path === socket.path);
      return expected === undefined ? [] : (judge(socket, expected) ?? []);
    })
    .toSorted((one, other) => rank.indexOf(one.state) - rank.indexOf(other.state))[0];
}

/** Whether each socket has as many workers as expected. */
export function workers(unitCase: UnitCase): Found {
  return worst(unitCase, (socket, { expectedWorkers }) => {
    if (expectedWorkers === undefined) return undefined;
    const masters = livingIn(unitCase).filter((placed) => placed.socket === socket);
    const serving = masters.filter(serves);
    const [only] = serving;
    if (only === undefined) return told("unknown", `nobody serves ${socket.path}`);
    const { group, master } = only;
    const has = group.workers.length;
    const evidence = `master ${master.pid} has ${has} of ${expectedWorkers} expected workers`;
    if (serving.length > 1 || masters.some(leaves)) {
      return told("warning", `${evidence}, amid a handover`);
    }
    if (has === expectedWorkers) return told("ok", evidence);
    const signal = has < expectedWorkers ? "TTIN" : "TTOU";
    const steps = Array.from({ length: Math.min(Math.abs(expectedWorkers - has), 32) });
    const now = steps.map(() => `kill -${signal} ${master.pid}`).join("; ");
    const fix = `${now}\n# and for the next start: gunicorn -w ${expectedWorkers}`;
    return { state: "bad", evidence, fix };
  });
}

/** Whether each socket file has the expected permission bits. */
export function socketMode(unitCase: UnitCase): Found {
  return worst(unitCase, (socket, { expectedMode }) => {
    if (expectedMode === undefined) return undefined;
    const expected = `0${expectedMode.toString(8).padStart(3, "0")}`;
    if (socket.file === null) return told("unknown", `nothing stands at ${socket.path}`);
    const { mode } = socket.file;
    if (mode === expected) return told("ok", `${socket.path} has mode ${mode}`);
    const evidence = `${socket.path} has mode ${mode}, not ${expected}`;
    const later = `# and for the next start: gunicorn -m ${umaskFor(expected)}`;
    const now = `chmod ${expected} ${shellWord(socket.path)}`;
    const fix = [now, setInSocket(unitCase, `SocketMode=${expected}`) ?? later].join("\n");
    return { state: "bad", evidence, fix };
  });
}

/** Whether each socket file belongs to the expected user and group. */
export function socketOwner(unitCase: UnitCase): Found {
  return worst(unitCase, (socket, { expectedOwner }) => {
    if (expectedOwner === undefined) return undefined;
    if (socket.file === null) return told("unknown", `nothing stands at ${socket.path}`);
    const { owner, group } = socket.file;
    const is = `${owner}:${group}`;
    if (is === expectedOwner) return told("ok", `${socket.path} belongs to ${is}`);
    const evidence = `${socket.path} belongs to ${is}, not ${expectedOwner}`;
    const [user = "", team = ""] = expectedOwner.split(":");
    if (differsInKind(user, owner) || differsInKind(team, group)) {
      // a name here, a number there: the account's name could not be read
      return told("unknown", `${evidence}, which may be the same`);
    }
    const now = `chown ${shellWord(expectedOwner)} ${shellWord(socket.path)}`;
    const settings = `SocketUser=${user}\nSocketGroup=${team}`;
    const later = `# and for the next start: gunicorn -u ${user} -g ${team}, or User= and Group=`;
    return {
      state: "bad",
      evidence,
      fix: [now, setInSocket(unitCase, settings) ?? later].join("\n"),
    };
  });
}

function differsInKind(expected: string, is: string): boolean {
  return expected !== is && /^\d+$/.test(expected) !== /^\d+$/.test(is);
}

/** Where systemd binds the socket, its unit says how. */
function setInSocket({ properties }: UnitCase, setting: string): string | undefined {
  const [unit] = properties.triggeredBy.filter((name) => name.endsWith(".socket"));
  return unit === undefined ? undefined : dropInFor(unit, "onemaster", "Socket", setting);
}
