/** Reads the service of an ingress rule as cloudflared does: to what it leads, and whether that is more than HTTP. */

const HTTP = new Set(["http:", "https:", "ws:", "wss:"]);
/** Those of them that have a port of their own. What else stands there is taken for TCP, to any port. */
const RAW = new Set(["ssh:", "rdp:", "smb:"]);
const REDIS_PORTS = new Set(["6379", "6380", "16379", "26379"]);
/** Lets whoever asks choose where inside it goes. */
const ANYWHERE = new Set(["bastion", "socks-proxy"]);
const OWN = new Set(["hello_world", "hello-world", "helloworld"]);
const REDIS = /redis|valkey|keydb|dragonfly/i;

export interface Target {
  /** Leads to no one: a fixed status. */
  readonly isStatus?: boolean;
  /** Whoever gets in speaks with what is behind it as if it were on its machine. */
  readonly isRaw?: boolean;
  /** What else is wrong with it, as a sentence without its subject. */
  readonly why?: string;
}

/** @returns what it is, or one sentence without its subject that says why it cannot be used */
export function readService(service: unknown): Target | string {
  if (typeof service !== "string" || service === "") return "names no service";
  if (ANYWHERE.has(service)) return { isRaw: true };
  if (OWN.has(service)) return {};
  if (service.startsWith("http_status:"))
    return /^[1-5]\d\d$/.test(service.slice("http_status:".length))
      ? { isStatus: true }
      : `answers ${service}, and a status is a number from 100 to 599`;
  const socket = /^unix(?:\+tls)?:(.*)$/.exec(service);
  if (socket) return socket[1] === "" ? "names no socket after unix:" : { isRaw: REDIS.test(service) };
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(service) ? URL.parse(service) : null;
  if (!url || url.hostname === "")
    return `has a service that cannot be read, ${service}: it is as in http://127.0.0.1:8787`;
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/]*\//i.test(service))
    return `has a service with a path, ${service}: the path is the one that was asked for`;
  const isHttp = HTTP.has(url.protocol);
  const why = isHttp || RAW.has(url.protocol) ? undefined : wrongTcp(service, url);
  const isRaw = !isHttp || REDIS_PORTS.has(url.port) || REDIS.test(url.hostname);
  return { isRaw, ...(why === undefined ? {} : { why }) };
}

function wrongTcp(service: string, { protocol, port }: URL): string | undefined {
  if (protocol !== "tcp:")
    return `has a service of a scheme that cloudflared does not know, ${service}: it is http, https, ws, wss, tcp, ssh, rdp, smb or unix`;
  return port === ""
    ? `has a service without a port, ${service}: it is as in tcp://127.0.0.1:6379`
    : undefined;
}

/** Whether the public name itself says that Redis is behind it. */
export function namesRedis(hostname: string): boolean {
  return REDIS.test(hostname);
}
