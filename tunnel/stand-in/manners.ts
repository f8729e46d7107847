/** How the stand-in edge behaves at the moment, and the answers of an edge that passes nothing on. */
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";

/** The service token that Access wants to see. */
export interface Token {
  readonly id: string;
  readonly secret: string;
}

/** What is done with whoever comes with the right token: `pass`, or one of the ways in which edges refuse. */
export type Mode = "pass" | keyof typeof REFUSALS | keyof typeof RUDENESS;

export interface Manners {
  mode: Mode;
  /** Of each direction. */
  delayMs: number;
  /** Of each connection's direction; 0 = as fast as it goes. */
  bytesPerSecond: number;
  /** Whoever comes is let in without one. */
  token: Token | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HTML = { "content-type": "text/html; charset=UTF-8", server: "cloudflare" };
const page = (title: string): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head></html>\n`;

const FORBIDDEN: Answer = {
  status: 403,
  headers: { ...HTML, "www-authenticate": "Cloudflare-Access" },
  body: page("Forbidden"),
};

export const REFUSALS = {
  /** Access answers the same to a token that it does not know and to one that was valid yesterday. */
  forbidden: FORBIDDEN,
  login: {
    status: 302,
    headers: { ...HTML, location: "https://team.cloudflareaccess.com/cdn-cgi/access/login/edge?kid=0" },
    body: "",
  },
  page: { status: 200, headers: HTML, body: page("Welcome") },
  unknown: { status: 404, headers: HTML, body: page("Not found") },
  /** The tunnel is known, and no cloudflared holds it. */
  away: { status: 530, headers: HTML, body: page("Error 1033: Cloudflare Tunnel error") },
} as const satisfies Record<string, Answer>;

const DRIP_MS = 20;
const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";

/** Edges that do not even answer as HTTP is answered. */
export const RUDENESS = {
  silent: () => {},
  "hang-up": (socket) => void socket.destroy(),
  garbage: (socket) => void socket.end("SSH-2.0-OpenSSH_9.9\r\n\r\n"),
  "another-key": (socket) => void socket.write(`${SWITCHING}Sec-WebSocket-Accept: YWJj\r\n\r\n`),
  endless(socket) {
    const more = (): void => void socket.write(`X-${"x".repeat(100_000)}: x\r\n`);
    socket.on("drain", more).write(SWITCHING);
    more();
  },
  /** A byte now and then, for ever. */
  dribble(socket) {
    const drip = setInterval(() => void socket.write("x"), DRIP_MS);
    socket.on("close", () => void clearInterval(drip)).write(`${SWITCHING}X-`);
  },
} as const satisfies Record<string, (socket: Socket) => void>;

/** @returns what somebody is told in place of being passed on; undefined where nothing stands against it */
export function refusalOf({ mode, token }: Manners, headers: IncomingHttpHeaders): Answer | undefined {
  if (Object.hasOwn(REFUSALS, mode)) return REFUSALS[mode as keyof typeof REFUSALS];
  if (!token) return undefined;
  const isRight =
    headers["cf-access-client-id"] === token.id && headers["cf-access-client-secret"] === token.secret;
  return isRight ? undefined : FORBIDDEN;
}

/** An answer as it goes over the wire. */
export function written({ status, headers, body }: Answer): string {
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Edge\r\n${lines.join("")}\r\n${body}`;
}
