/** Answers browsers with the page for people, where there is one; the API stays where it is. */
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../app-env.ts";
import { mediaTypeOf, type FindPage } from "../page.ts";
import { negotiate } from "./media-type.ts";

/** What the page's own policy cannot say, and who may use camera and microphone. */
const HEADERS = {
  "Content-Security-Policy": "frame-ancestors 'none'",
  "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=()",
};

const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);
/** Paths of the API that have no parameters, but for `/`, which answers both. */
const API: ReadonlySet<string> = new Set(
  Object.values(ROUTES)
    .map(({ path }) => path)
    .filter((path) => path !== "/"),
);

export function page(find: FindPage | undefined): MiddlewareHandler<AppEnv> {
  if (find === undefined) return (_, next) => next();
  return async function page(c, next) {
    const { method, path } = c.req;
    const isOurs = READING.has(method) && !path.startsWith("/v1/") && !API.has(path);
    const found = isOurs ? await answer(c.req.raw, path, find) : undefined;
    if (found === undefined) return next();
    c.res = found;
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  };
}

/**
 * Files by name; every other address that a person opens is the page, which knows what to show there. What has the name
 * of a file and is none is not there: a script that is gone must not come as a page.
 */
async function answer(request: Request, path: string, find: FindPage): Promise<Response | undefined> {
  const file = await find(request, path);
  if (file !== undefined) return file;
  const isFile = path.startsWith("/_app/") || mediaTypeOf(path) !== undefined;
  return !isFile && isForPerson(request) ? find(request, undefined) : undefined;
}

function isForPerson({ headers }: Request): boolean {
  const accept = headers.get("accept") ?? "*/*";
  return /text\/html/i.test(accept) && negotiate(accept, ["application/json", "text/html"]) === "text/html";
}
