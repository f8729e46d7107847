/** Answers browsers with the page for people, where there is one; the API stays where it is. */
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import type { Context } from "hono";
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

/** Whether what is asked for may be a part of the page. */
export function mayBePage({ method, path }: Pick<Context["req"], "method" | "path">): boolean {
  return READING.has(method) && !path.startsWith("/v1/") && !API.has(path);
}

/** Answers with the page, or a part of it. @returns whether it did */
export async function answerPage(c: Context<AppEnv>, find: FindPage): Promise<boolean> {
  const found = await answer(c.req.raw, c.req.path, find);
  if (found === undefined) return false;
  c.res = found;
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  return true;
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
