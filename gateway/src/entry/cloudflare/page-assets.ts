/** The page for people, out of the static files that were deployed with the Worker. */
import { AppError } from "../../errors/app-error.ts";
import { howLongKept, mediaTypeOf, SHELL, type FindPage } from "../../page.ts";
import type { Assets } from "./runtime.ts";

/** Names that files of the page have. A folder is none, nor is what begins with a dot. */
const FILE = /^(?:\/[\w-][\w.-]*)+$/;

export const NO_ASSETS = "The page for people is not here: the binding ASSETS is missing.";

/** Without the binding people are told so, and the API goes on. */
export function pageOf(assets: Assets | undefined): FindPage {
  if (assets === undefined)
    return (_, path) => {
      if (path === undefined) throw new AppError("not-ready", NO_ASSETS);
      return undefined;
    };
  return async (request, path = SHELL) => {
    const type = FILE.test(path) ? mediaTypeOf(path) : undefined;
    if (type === undefined) return undefined;
    const known = request.headers.get("if-none-match");
    const headers = new Headers(known === null ? [] : [["If-None-Match", known]]);
    const found = await assets.fetch(
      new Request(new URL(path, request.url), { method: request.method, headers }),
    );
    if (found.status === 200 || found.status === 304) return toAnswer(found, path, type);
    await found.body?.cancel();
    return undefined;
  };
}

/** Says itself what a file is: not all that keep files know. */
function toAnswer({ status, body, headers }: Response, path: string, type: string): Response {
  const etag = headers.get("etag");
  return new Response(body, {
    status,
    headers: {
      "Content-Type": type,
      "Cache-Control": howLongKept(path),
      Vary: path === SHELL ? "Accept, Accept-Encoding" : "Accept-Encoding",
      ...(etag === null ? {} : { ETag: etag }),
    },
  });
}
