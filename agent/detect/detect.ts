import type { Blindness } from "../model/blind.ts";
import type { Place } from "../model/place.ts";
import type { BlindReport, Report } from "../model/report.ts";
import type { ConfiguredPlace, Listener, Snapshot } from "../model/snapshot.ts";
import { type Verdict, worseVerdict } from "../model/verdict.ts";
import { groupsOn, type Group, isHeld } from "./groups.ts";
import { judge } from "./judge.ts";
import { lineageOf, type Lineage } from "./lineage.ts";
import { unseen } from "./messages.ts";
import { ownerOf } from "./owner.ts";
import { rolesOf, rolesWithoutPlace } from "./roles.ts";
import { type SocketFacts, socketReport } from "./socket-report.ts";
import { isoTime } from "./time.ts";

/** What detection needs to know beside the snapshot. */
export interface DetectOptions {
  /** The memory budget from the settings; undefined: the smaller of host memory and the unit's limit. */
  readonly budgetBytes: number | undefined;
}

/**
 * Says what is going on at every socket. Pure: the same snapshot gives the same report.
 * Nothing is confirmed by it; that takes time (see `reducer.ts`).
 */
export function detect(snapshot: Snapshot, options: DetectOptions): Report {
  const sockets = socketsOf(snapshot)
    .map((facts) => socketReport(facts, snapshot, options))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const verdict = sockets.map((socket) => socket.verdict).reduce(worseVerdict, ground(snapshot));
  const { host } = snapshot;
  return {
    schema: 1,
    takenAt: isoTime(snapshot.takenAtMs),
    host: {
      name: host.name,
      memoryTotalBytes: host.memory?.totalBytes ?? null,
      memoryAvailableBytes: host.memory?.availableBytes ?? null,
    },
    verdict: sockets.length === 0 && verdict === "one-master" ? "no-master" : verdict,
    blind: snapshot.blind.map(blindReport),
    sockets,
  };
}

/** The verdict on the host before any socket is looked at. */
function ground(snapshot: Snapshot): Verdict {
  return snapshot.blind.some(touchesEverySocket) ? "unknown" : "one-master";
}

function blindReport({ what, pid, reason }: Blindness): BlindReport {
  return pid === undefined ? { what, reason } : { what, pid, reason };
}

/** A gunicorn whose sockets are not to be seen could belong to any path. */
function touchesEverySocket({ what, place }: Blindness): boolean {
  return place === undefined && mayHideSockets({ what });
}

function mayHideSockets({ what }: Pick<Blindness, "what">): boolean {
  return what === "processes" || what === "fd-links" || what === "listeners";
}

/** Every socket of a snapshot with its groups and what is to be said of it, in no order. */
export function socketsOf(snapshot: Snapshot): SocketFacts[] {
  const lineage = lineageOf(snapshot.processes);
  const configured = new Map(snapshot.configured.map((asked) => [asked.place, asked]));
  const expected = new Set(snapshot.expected);
  const sockets = snapshot.places.flatMap((place) => {
    const asked = configured.get(place.key);
    if (snapshot.configured.length > 0 && asked === undefined) return [];
    const groups = groupsAt(place, snapshot, lineage, asked);
    const wanted = asked !== undefined || expected.has(place.key);
    if (!wanted && groups.length === 0) return [];
    if (asked === undefined && isControlSocket(place)) return [];
    return [placedSocket(place, groups, snapshot, lineage, asked)];
  });
  if (snapshot.configured.length > 0) return sockets;
  return [...sockets, ...unplacedSockets(snapshot, lineage)];
}

/**
 * gunicorn 25.1 and newer listens for its own administration on a file of this name in the
 * user's home or runtime folder (config.py, `_get_default_control_socket`). All masters of one
 * user take it from each other, which is no fault: no request ever comes that way.
 */
function isControlSocket({ key }: Place): boolean {
  return key.endsWith("/gunicorn.ctl");
}

function groupsAt(
  place: Place,
  snapshot: Snapshot,
  lineage: Lineage,
  asked: ConfiguredPlace | undefined,
): Group[] {
  return snapshot.listeners
    .filter((listener) => belongsTo(listener, place, snapshot))
    .flatMap((listener) => groupsOn(listener, lineage, asked !== undefined));
}

/** A listener belongs to the place its name leads to, or, renamed since, to the file it is bound to. */
function belongsTo(listener: Listener, place: Place, snapshot: Snapshot): boolean {
  if (listener.place === place.key) return true;
  const owner = ownerOf(place, snapshot.listeners);
  return owner.kind === "listener" && owner.listener === listener;
}

function placedSocket(
  place: Place,
  groups: readonly Group[],
  snapshot: Snapshot,
  lineage: Lineage,
  asked: ConfiguredPlace | undefined,
): SocketFacts {
  const owner = ownerOf(place, snapshot.listeners);
  const roles = rolesOf(groups, owner);
  const judgement = judge({
    path: place.path,
    configured: asked !== undefined || snapshot.expected.includes(place.key),
    owner,
    roles,
    ownerHeld: owner.kind === "listener" && isHeld(owner.listener, lineage),
    unseen: unseenAt(place, snapshot),
    takenAtMs: snapshot.takenAtMs,
    bootTimeMs: snapshot.bootTimeMs,
  });
  return { path: place.path, place, roles, judgement, unit: asked?.unit };
}

/**
 * Listeners with groups whose name leads nowhere the agent could look. Those of one name and
 * namespace are one socket in the report, since nothing tells their paths apart.
 */
function unplacedSockets(snapshot: Snapshot, lineage: Lineage): SocketFacts[] {
  const groupsByPath = new Map<string, Group[]>();
  for (const listener of snapshot.listeners) {
    if (listener.place !== undefined) continue;
    const path = `${listener.boundAs} (${listener.netns})`;
    const groups = groupsOn(listener, lineage, false);
    if (groups.length > 0) groupsByPath.set(path, [...(groupsByPath.get(path) ?? []), ...groups]);
  }
  return [...groupsByPath].map(([path, groups]) => unplacedSocket(path, groups, snapshot));
}

function unplacedSocket(path: string, groups: readonly Group[], snapshot: Snapshot): SocketFacts {
  const roles = rolesWithoutPlace(groups);
  const judgement = judge({
    path,
    configured: false,
    owner: { kind: "unknown", why: "could not be found" },
    roles,
    ownerHeld: false,
    unseen: unseenAt(undefined, snapshot),
    takenAtMs: snapshot.takenAtMs,
    bootTimeMs: snapshot.bootTimeMs,
  });
  return { path, place: undefined, roles, judgement, unit: undefined };
}

/** What could not be seen and could change the verdict on this place, as sentences. */
export function unseenAt(place: Place | undefined, snapshot: Snapshot): readonly string[] {
  const hidesName = place !== undefined && snapshot.listeners.some((one) => mayBeAt(place, one));
  return unseen(
    snapshot.blind.filter((spot) => {
      if (spot.place !== undefined) return spot.place === place?.key && hidesGroups(spot);
      return touchesEverySocket(spot) || (spot.what === "path" && hidesName);
    }),
  );
}

/** What of one place can hide a group on it. */
function hidesGroups(spot: Blindness): boolean {
  return spot.what === "path" || mayHideSockets(spot);
}

/** A listener whose folder must not be looked at, under the same last component. */
function mayBeAt({ key, path }: Place, { boundAs, place }: Listener): boolean {
  if (place !== undefined) return false;
  const name = lastComponent(boundAs);
  // a key has the bytes of the name, a path its text, and sometimes more behind it
  return name === lastComponent(path) || name === lastComponent(key);
}

function lastComponent(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
