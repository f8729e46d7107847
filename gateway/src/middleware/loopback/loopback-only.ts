/** Serves requests that name this gateway, and no pages that are not allowed to use it. */
import type { Context } from "hono";
import type { AppEnv } from "../../app-env.ts";
import type { AccessSettings } from "../../access/settings.ts";
import { AppError } from "../../errors/app-error.ts";
import { routeAt } from "../access/route-at.ts";
import { isLoopback } from "./is-loopback.ts";

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);
/** Names can be rebound to any address, addresses cannot. */
const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;

/**
 * Refuses a Host that is not this gateway (a page whose name was rebound to its address sends its own name), changes that
 * a page of another origin asks for (browsers send those without asking first), and what such a page would read.
 * @throws AppError `foreign-origin`, `not-local`
 */
export function assertOwnHost(c: Context<AppEnv>, settings: AccessSettings): void {
  const host = c.req.header("host") ?? new URL(c.req.url).host;
  if (!isOwnHost(host, settings))
    throw refusal(
      settings,
      "the Host header names another machine",
      "GATEWAY_PUBLIC_URL names where it is found",
    );
  const isOwn = (origin: string): boolean => originsOf(c.req.url, host, settings).has(origin);
  if (asksFromElsewhere(c, isOwn))
    throw refusal(settings, "a page of another origin asks", "GATEWAY_ALLOWED_ORIGINS names those that may");
}

/** Whether the Host header means this machine. */
export function namesLoopback(c: Context): boolean {
  return isLoopback(hostName(c.req.header("host") ?? new URL(c.req.url).host));
}

/** Before there are keys, another host than this machine's own is refused later, by who knows that. */
function isOwnHost(host: string, { required, publicUrl, routed }: AccessSettings): boolean {
  const name = hostName(host);
  if (routed || isLoopback(name)) return true;
  if (publicUrl && hostName(publicUrl.host) === name.toLowerCase()) return true;
  return required && ADDRESS.test(name);
}

/**
 * Behind the public address TLS ends before us: then it alone knows the scheme. Its pages are ours, too, where the proxy
 * there asks us by a name of its own.
 */
function originsOf(url: string, host: string, { publicUrl, allowedOrigins }: AccessSettings): Set<string> {
  const asked = `${new URL(url).protocol}//${host}`;
  const isPublic = publicUrl && hostName(publicUrl.host) === hostName(host).toLowerCase();
  const own = isPublic || !URL.canParse(asked) ? [] : [new URL(asked).origin];
  return new Set([...own, ...(publicUrl ? [publicUrl.origin] : []), ...allowedOrigins]);
}

function asksFromElsewhere(c: Context<AppEnv>, isOwn: (origin: string) => boolean): boolean {
  const { method } = c.req;
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  const isForeign = (page: string): boolean => !URL.canParse(page) || !isOwn(new URL(page).origin);
  // What browsers ask before they send what must not be sent.
  if (method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined)
    return origin !== undefined && isForeign(origin);
  // What a token lets read is for pages anywhere: `<video src>` says no origin.
  if (READING.has(method)) {
    const route = routeAt(method, c.get("pattern"));
    if (route?.scope === undefined || (route.runToken && c.req.query("token"))) return false;
  }
  if (origin !== undefined) return isForeign(origin);
  if (READING.has(method) && c.req.header("sec-fetch-mode") === "navigate") return false;
  return site === "cross-site" || site === "same-site";
}

function refusal({ required }: AccessSettings, why: string, hint: string): AppError {
  return required
    ? new AppError("foreign-origin", `Neither this host nor this origin is served here: ${why}. ${hint}.`)
    : new AppError("not-local", `This gateway serves its own host and origins only: ${why}. ${hint}.`);
}

function hostName(host: string): string {
  return host.replace(/:\d*$/, "");
}
