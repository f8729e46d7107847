/** What every answer says beside its own: the id of its request, ours or the client's, and what browsers must not do. */
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";

type Headers = Readonly<Record<string, string>>;

const ID = "X-Request-Id";
const MOST_CHARACTERS = 64;
const NO_ID = /[^\w\-=]/;

/** What OWASP's secure headers advise for an API; Helmet and Hono say the same. */
const PLAIN: Headers = {
  "Cross-Origin-Resource-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Origin-Agent-Cluster": "?1",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "X-DNS-Prefetch-Control": "off",
  "X-Download-Options": "noopen",
  "X-Frame-Options": "SAMEORIGIN",
  "X-Permitted-Cross-Domain-Policies": "none",
  "X-XSS-Protection": "0",
};
/** Over plain HTTP it is ignored, and for loopback it would be a lie. */
const OVER_TLS: Headers = { ...PLAIN, "Strict-Transport-Security": "max-age=15552000; includeSubDomains" };
/** A run's token is there for `<video src>` in pages elsewhere. */
const FOR_PAGES: Headers = { "Cross-Origin-Resource-Policy": "cross-origin" };

/** The client's id of a request, if it has given one that is fit, else another. */
export function requestIdOf(c: Context<AppEnv>, newId: () => string): string {
  const given = c.req.header(ID);
  const isId = given !== undefined && given !== "" && given.length <= MOST_CHARACTERS && !NO_ID.test(given);
  return isId ? given : newId();
}

/** Says in the answer what it does not say already. */
export function addCommonHeaders(c: Context<AppEnv>): void {
  if (c.get("isWhole")) return;
  const { headers } = c.res;
  const common = withCommon(c, {});
  for (const name in common) headers.set(name, common[name]!);
}

function withCommon(c: Context<AppEnv>, own: Headers): Record<string, string> {
  const security = c.req.url.startsWith("https:") ? OVER_TLS : PLAIN;
  const pages = c.get("caller")?.run === undefined ? undefined : FOR_PAGES;
  return { ...security, [ID]: c.get("requestId"), ...pages, ...own };
}

/**
 * An answer that is made once, with all that it says: who sets headers one by one pays for each of them again, and for
 * the objects that hold them. For what is asked often.
 */
export function wholeAnswer(
  c: Context<AppEnv>,
  body: string,
  { status, headers }: { status: number; headers: Headers },
): Response {
  // Somebody before has said more, and knows headers alone to say it by.
  if (c.get("saysMore")) return c.body(body, status as 200, headers);
  c.set("isWhole", true);
  return new Response(body, { status, headers: withCommon(c, headers) });
}
