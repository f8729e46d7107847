/** Reads the addresses of Redis and of the object store; the gpu-node reads them alike (schemas/config/addresses.json). */

/** A server that listens. */
export interface Place {
  host: string;
  port: number;
}

/** Where Redis is: a host and port, the path of a socket, or some servers of a cluster, which name the others. */
export interface RedisAddress extends Partial<Place> {
  cluster?: Place[];
  path?: string;
  user?: string;
  password?: string;
  db?: number;
  tls?: boolean;
}

export interface StoreAddress extends Place {
  tls: boolean;
}

/** Says in one sentence, without its subject and without secrets, why an address cannot be used. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}

const HOST = /^(?:\[(?=[0-9a-f.]*:)[0-9a-f:.]*\]|[a-z0-9._~-]*)$/i;
const SAID = {
  redisScheme:
    "must begin with redis://, rediss://, redis+cluster://, rediss+cluster://, unix:// or redis+unix://, or at a gpu-node with redis+wss://",
  carried:
    "begins with redis+wss://, which gpu-nodes speak: a gateway is beside Redis, or a Worker with a VPC network",
  storeScheme: "must begin with http:// or https://",
  noRedisHost: "names no host; a Unix socket is written unix:///path/of/it",
  noStoreHost: "names no host",
  noSocket: "names no socket: it is written unix:///path/of/it",
  host: "has a host that cannot be read; an IPv6 address stands in brackets, as in [::1]",
  port: "has a port that is not a number from 1 to 65535",
  database: "has a path that is not the number of a database, as in /3",
  clusterDatabase: "has a path, and a cluster has one database only",
  options: "has options after ?, and only db=<number> of a Unix socket is one",
  user: "names a user without a password",
  escape: "has a character that must be escaped in a user, password or path, such as @ as %40 or # as %23",
  storePath: "has a path, and the store is asked at the root of its address",
  storeRest: "has a ? or #, and the store is asked at the root of its address",
  storeUser: "has a user or password; keys have variables of their own",
} as const;

/** @throws AddressError */
export function readRedisAddress(text: string): RedisAddress {
  if (text.startsWith("redis+wss://")) refuse("carried");
  const [, scheme = "", rest = ""] =
    /^(rediss?(?:\+cluster)?|(?:redis\+)?unix):\/\/(.*)$/s.exec(text) ?? refuse("redisScheme");
  if (/[#\s]/.test(rest)) refuse("escape");
  const [, before = "", options] = /^([^?]*)(?:\?(.*))?$/.exec(rest) ?? refuse("options");
  const [login = "", place = "", ...more] = before.includes("@") ? before.split("@") : ["", before];
  if (more.length > 0 || login.includes("/")) refuse("escape");
  const credentials = readLogin(login);
  if (scheme.endsWith("unix")) return { ...readSocket(place, options), ...credentials };
  if (options !== undefined) refuse("options");
  const [, hostAndPort = "", path = ""] = /^([^/]*)(\/.*)?$/.exec(place) ?? refuse("host");
  const tls = scheme.startsWith("rediss") ? { tls: true } : {};
  if (scheme.endsWith("+cluster")) {
    if (!/^\/?$/.test(path)) refuse("clusterDatabase");
    return { cluster: hostAndPort.split(",").map(readPlace), ...tls, ...credentials };
  }
  const { host, port } = readPlace(hostAndPort);
  // A path instead of a host is a socket that was written wrongly: never dial a host that nobody named.
  const db = /^\/?$/.test(path) ? 0 : /^\/\d{1,9}$/.test(path) ? Number(path.slice(1)) : refuse("database");
  return { host, port, ...(db === 0 ? {} : { db }), ...tls, ...credentials };
}

/** @throws AddressError */
export function readStoreAddress(text: string): StoreAddress {
  const [, scheme = "", rest = ""] = /^(https?):\/\/(.*)$/s.exec(text) ?? refuse("storeScheme");
  if (/[?#]/.test(rest)) refuse("storeRest");
  const [, place = "", path = ""] = /^([^/]*)(\/.*)?$/s.exec(rest) ?? refuse("host");
  if (place.includes("@")) refuse("storeUser");
  const tls = scheme === "https";
  const { host, port = tls ? 443 : 80 } = readHost(place, "noStoreHost");
  if (path !== "" && path !== "/") refuse("storePath");
  return { host, port, tls };
}

function refuse(why: keyof typeof SAID): never {
  throw new AddressError(SAID[why]);
}

function readPlace(text: string): Place {
  return { port: 6379, ...readHost(text, "noRedisHost") };
}

function readHost(text: string, none: keyof typeof SAID): { host: string; port?: number } {
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(text) ?? refuse("host");
  if (host === "") refuse(none);
  if (!HOST.test(host)) refuse("host");
  const bare = host.replace(/^\[|\]$/g, "");
  if (port === undefined) return { host: bare };
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) refuse("port");
  return { host: bare, port: Number(port) };
}

function readLogin(login: string): { user?: string; password?: string } {
  if (login === "") return {};
  const [, user = "", password = ""] = /^([^:]*)(?::(.*))?$/s.exec(login) ?? refuse("escape");
  if (password === "") refuse("user");
  return { ...(user === "" ? {} : { user: unescaped(user) }), password: unescaped(password) };
}

function readSocket(path: string, options: string | undefined): { path: string; db?: number } {
  if (!/^\/./.test(path)) refuse("noSocket");
  const [, db = "0"] = options === undefined ? [] : (/^db=(\d{1,9})$/.exec(options) ?? refuse("options"));
  return { path: unescaped(path), ...(Number(db) === 0 ? {} : { db: Number(db) }) };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse("escape");
  }
}
