import type { GateAnswer, GateCaller, InTheWay, OutOfSight } from "../model/gate.ts";
import type { Place } from "../model/place.ts";
import type { Snapshot } from "../model/snapshot.ts";
import { socketsOf, unseenAt } from "./detect.ts";
import { clearText, type ListeningGroup, whoText } from "./gate-text.ts";
import { isHeld, membersOf } from "./groups.ts";
import { lineageOf } from "./lineage.ts";
import { ownerOf } from "./owner.ts";
import type { RoledGroup } from "./roles.ts";
import type { SocketFacts } from "./socket-report.ts";

/**
 * True when somebody may listen at the file that stands at the path, and no process in sight
 * holds that listener: systemd and a connection then have to be asked.
 */
export function isOutOfSight(snapshot: Snapshot): boolean {
  const [socket] = socketsOf(snapshot);
  return socket !== undefined && heldOutOfSight(socket, snapshot);
}

function heldOutOfSight({ place, roles }: SocketFacts, snapshot: Snapshot): boolean {
  if (place?.state.kind !== "socket") return false;
  const owner = ownerOf(place, snapshot.listeners);
  if (owner.kind === "listener") return !isHeld(owner.listener, lineageOf(snapshot.processes));
  return owner.kind === "unknown" && roles.groups.flatMap(asListening).length === 0;
}

/**
 * Whether a start of a server at `path` would add a second master there, by a snapshot in which
 * that path alone was asked for. Pure. `outOfSight` is needed where `isOutOfSight` says so.
 *
 * A master that listens is in the way, whether it owns the path or not. Not in the way are: the
 * old master for its own successor; masters that a cutover of the caller's unit has set aside; a
 * master that has closed its listener, since gunicorn unlinks the path before it drains and never
 * again (Arbiter.stop closes its listeners once); workers of a dead master, since a start is what
 * ends that outage; and systemd, which holds listeners for services.
 */
export function gateAt(
  path: string,
  snapshot: Snapshot,
  caller: GateCaller,
  outOfSight: OutOfSight | undefined,
): GateAnswer {
  const [socket] = socketsOf(snapshot);
  const answer = { path, cure: null, inTheWay: [] };
  if (socket?.place === undefined) {
    return { ...answer, decision: "unsure", message: "the path could not be looked at" };
  }
  const groups = socket.roles.groups.filter((group) => !isOwnStart(group, caller));
  const inTheWay = groups
    .flatMap(asListening)
    .filter((group) => passes(group, caller) === undefined)
    .toSorted((one, other) => Number(other.role === "serving") - Number(one.role === "serving"));
  if (inTheWay.length > 0) {
    const message = whoText(inTheWay, caller.unit);
    const cure = clearText(path, inTheWay, caller.unit, socket.roles.evidence);
    return { path, decision: "refuse", message, cure, inTheWay: inTheWay.map(named) };
  }
  const aside = setAsideIn(snapshot, caller);
  const heard = heldOutOfSight(socket, snapshot)
    ? answerOutOfSight(path, outOfSight, aside)
    : undefined;
  if (heard !== undefined) return heard;
  const notes = notesOf(groups, caller);
  const unseen = whatWasUnseen(socket.place, groups, snapshot);
  if (unseen !== undefined) {
    const message = [...notes, unseen].join("; ");
    return { ...answer, decision: "unsure", message, cure: grantText };
  }
  const orphans = groups.some(({ state }) => state === "dead");
  return {
    ...answer,
    decision: "pass",
    message: notes.length > 0 ? notes.join("; ") : idleText(socket.place, snapshot),
    cure: orphans ? `onemaster remediate --yes --socket ${path}` : null,
  };
}

/**
 * What makes an ordinary user's look a full one. Not `ExecStartPre=!`: with files of an
 * environment that the service's user can write, that user would be root.
 */
const grantText = "run as root, the gate sees all of it";

/** A wrapper that was handed a listener, such as a shell in ExecStart, is the start itself. */
function isOwnStart({ master }: RoledGroup, { line }: GateCaller): boolean {
  return master !== undefined && master.signalRole !== "master" && line.includes(master.id.pid);
}

function asListening(group: RoledGroup): readonly ListeningGroup[] {
  const { state, master } = group;
  const listens = state === "listening" || state === "predecessor" || state === "successor";
  return listens && master !== undefined ? [{ ...group, master }] : [];
}

/** Why a listening master is not in the way; undefined: it is. */
function passes({ master }: ListeningGroup, caller: GateCaller): string | undefined {
  const { pid } = master.id;
  if (pid === caller.upgradeOf && caller.line.includes(pid)) {
    return `this is the USR2 upgrade of master ${pid}, which hands its listener on`;
  }
  if (caller.unit !== undefined && isSetAside(master.unit, caller.unit)) {
    return `a cutover has set master ${pid} aside in ${master.unit} and hands over from it`;
  }
  return undefined;
}

/** True for the scope into which a cutover of this unit has moved its old groups. */
function isSetAside(scope: string | undefined, unit: string): boolean {
  const short = unit.replace(/\.service$/, "");
  return scope === `onemaster-before-${short}.scope` || scope === `onemaster-before-${unit}.scope`;
}

/**
 * The scope of a cutover of the caller's unit, as long as a master is in it: what else an init script
 * had started may stay there for good. Root's masters can be seen there by anybody, but what they
 * hold cannot.
 */
function setAsideIn({ processes }: Snapshot, { unit }: GateCaller): string | undefined {
  if (unit === undefined) return undefined;
  const master = processes.find((one) => {
    return one.signalRole === "master" && isSetAside(one.unit, unit);
  });
  return master?.unit;
}

function named(group: ListeningGroup): InTheWay {
  const { master, role } = group;
  const pids = membersOf(group).map(({ id }) => id.pid);
  return { pid: master.id.pid, role, unit: master.unit ?? null, pids };
}

/** What is there and not in the way, one sentence each. */
function notesOf(groups: readonly RoledGroup[], caller: GateCaller): readonly string[] {
  return groups.flatMap((group) => {
    const pids = membersOf(group).map(({ id }) => id.pid);
    switch (group.state) {
      case "listening":
      case "predecessor":
      case "successor":
        return asListening(group)
          .map((one) => passes(one, caller))
          .filter((why) => why !== undefined);
      case "draining":
        return `master ${pids[0]} has closed its listener and only ends what it has begun`;
      case "dead":
        return `workers ${pids.join(" ")} are left of a dead master, and no master listens`;
      case "unseen":
      case "unled":
        return [];
    }
  });
}

/** What could hide a master, as a sentence; undefined: nothing. */
function whatWasUnseen(
  place: Place,
  groups: readonly RoledGroup[],
  snapshot: Snapshot,
): string | undefined {
  const { state } = place;
  const unclear = groups.filter((group) => group.state === "unseen" || group.state === "unled");
  const pids = unclear.flatMap(membersOf).map(({ id }) => id.pid);
  const sentences = [
    ...(state.kind === "unreadable" ? [`the path cannot be looked at: ${state.why}`] : []),
    ...(pids.length === 0 ? [] : [`whether pid ${pids.join(", ")} listens must not be read`]),
    ...unseenAt(place, snapshot),
  ];
  return sentences.length === 0 ? undefined : `could not be told: ${sentences.join("; ")}`;
}

/** What stands at a path that has no master, all of it having been seen. */
function idleText(place: Place, snapshot: Snapshot): string {
  const { state } = place;
  const owner = ownerOf(place, snapshot.listeners);
  // else a connection was refused there
  if (owner.kind === "listener" && isHeld(owner.listener, lineageOf(snapshot.processes))) {
    return "systemd listens for the service, and no master does";
  }
  if (state.kind === "socket") return "a socket file is left, and nothing listens at it";
  if (state.kind !== "not-a-socket") return "nothing listens";
  return `nothing listens: there is ${state.what}, on which gunicorn does not start`;
}

/** What systemd and a connection say of it; undefined: that nobody listens at the file. */
function answerOutOfSight(
  path: string,
  { activatedBy, knock }: OutOfSight = { activatedBy: undefined, knock: undefined },
  aside: string | undefined,
): GateAnswer | undefined {
  const answer = { path, cure: null, inTheWay: [] };
  if (activatedBy !== undefined) {
    const message = `${activatedBy} listens for the service, and nobody else does`;
    return { ...answer, decision: "pass", message };
  }
  switch (knock?.kind) {
    case undefined:
    case "refused":
      return undefined;
    case "answered": {
      if (aside !== undefined) {
        const message = `a cutover has set masters aside in ${aside} and hands over from them`;
        return { ...answer, decision: "pass", message };
      }
      const message =
        "somebody listens at this very file, out of sight of the gate's user: " +
        "a start would take the path away from it";
      const cure = `onemaster status --socket ${path}, as root, says who it is`;
      return { ...answer, decision: "refuse", message, cure };
    }
    case "unheard": {
      const message = `could not be told: whether somebody listens at the file (${knock.why})`;
      return { ...answer, decision: "unsure", message, cure: grantText };
    }
  }
}
