/** Names what is wrong with Redis, in the words that log, readiness and clients get; the gpu-node uses the same. */
import { connectionFault } from "./connection-faults.ts";

/** First words of the server's answers that mean "not now" or "not so": never a mistake of the request. */
const REPLIES: Record<string, string> = {
  READONLY: "Redis is a read-only replica",
  LOADING: "Redis is still loading its data",
  MASTERDOWN: "Redis is a replica that has lost its primary",
  CLUSTERDOWN: "Redis is a cluster that is down, or in which nobody has these keys",
  MOVED: "Redis is a cluster, and its address names a single server: write redis+cluster://",
  CROSSSLOT: "Redis is a cluster, and its address names a single server: write redis+cluster://",
  ASK: "Redis is moving these keys to another server of its cluster",
  TRYAGAIN: "Redis is moving these keys to another server of its cluster",
  OOM: "Redis is full: it has reached its maxmemory",
  MISCONF: "Redis cannot write its data to disk and takes no more; its log says why",
  NOREPLICAS: "Redis takes no more until enough replicas are connected",
  BUSY: "Redis is busy with a script",
  UNBLOCKED: "Redis has become a replica",
  NOAUTH: "Redis wants a password, and its address has none",
  WRONGPASS: "Redis refuses the user or password of its address",
  NOPERM: "Redis does not let this user do what is needed",
};

/** What mends them, where the words above do not say it. */
const REMEDIES: Record<string, string> = {
  NOAUTH: "correct GATEWAY_REDIS_URL",
  WRONGPASS: "correct GATEWAY_REDIS_URL",
};

/** Of MISCONF, where the server says why. */
const NO_ROOM = /^MISCONF .*(No space left on device|Disk quota exceeded)/;
const DISK_FULL = "The disk of Redis is full: free some room on it, and all goes on by itself";

/** Parts of answers that begin with ERR only. */
const OTHER_PROTOCOL =
  "Redis answers in another protocol; perhaps it expects TLS and its address asks for none";
const PARTS: [part: string, sentence: string][] = [
  ["DB index is out of range", "Redis does not have the database of its address"],
  ["max number of clients", "Redis takes no more connections"],
  ["Protocol error", OTHER_PROTOCOL],
  // The client's own words.
  ["Unknown RESP type", OTHER_PROTOCOL],
];

/** Answers that another server behind the same address would not give: the connection is made again. */
export const ELSEWHERE = /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN)\b/;

/** Of a cluster: which server the error is about. */
const PLACES = new WeakMap<Error, string>();

export function placeFault(error: Error, place: string): void {
  PLACES.set(error, place);
}

/** `: shard s1 on 10.0.0.2:6379` where the error is about one server of a cluster, else nothing. */
export function whereOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const place = PLACES.get(error);
  return place === undefined ? whereOf(error.cause) : `: ${place}`;
}

/** `shards s0, s1 on 10.0.0.2:6379; shard s2 on 10.0.0.3:6379`, of the places of several errors. */
export function namedTogether(places: readonly string[]): string {
  const rows = places.flatMap((place) => {
    const [, shard, server] = /^shard (\S+) on (.*)$/.exec(place) ?? [];
    return shard === undefined ? [] : [{ shard, server }];
  });
  return Array.from(
    Map.groupBy(rows, ({ server }) => server),
    ([server, own]) =>
      `shard${own.length > 1 ? "s" : ""} ${own.map(({ shard }) => shard).join(", ")} on ${server}`,
  ).join("; ");
}

/** What is wrong, with the server's or system's own word for it, and where; undefined where nothing is known of it. */
export function faultOf(error: unknown): string | undefined {
  const sentence = sentenceOf(error);
  return sentence === undefined ? undefined : `${sentence}${whereOf(error)}`;
}

/** Of an error that is, or was caused by, an answer of the server: what is wrong with it; undefined for all others. */
export function refusalOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.name === "ReplyError" ? faultOf(error) : refusalOf(error.cause);
}

function sentenceOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const word = error.message.split(" ", 1)[0] ?? "";
  const isFull = NO_ROOM.test(error.message);
  if (error.name === "ReplyError" && word in REPLIES) {
    const remedy = word in REMEDIES ? `: ${REMEDIES[word]}` : "";
    return `${isFull ? DISK_FULL : REPLIES[word]} (${word})${remedy}`;
  }
  const part = PARTS.find(([text]) => error.message.includes(text));
  if (part) return part[1];
  return connectionFault(error, "Redis") ?? sentenceOf(error.cause);
}

/**
 * Whether Redis could not be reached or cannot serve as it is set up. Its own answers are ReplyErrors, and those that
 * are no fault of it are our mistakes; all other errors of the client mean that it never reached the server.
 */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false;
  return error.name !== "ReplyError" || faultOf(error) !== undefined;
}

/** Nothing was ever issued there, or the stream was lost; the driver makes the group. */
export function isMissingGroup(error: unknown): boolean {
  return error instanceof Error && error.message.includes("NOGROUP");
}
