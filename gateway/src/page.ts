/** What the page for people is to whoever answers requests: files by their addresses. */

/** @param path undefined is the page itself, whatever the address; the answer is undefined for what is no file of it */
export type FindPage = (
  request: Request,
  path: string | undefined,
) => Response | undefined | Promise<Response | undefined>;

/** Answers every address that is no file. */
export const SHELL = "/200.html";

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  webp: "image/webp",
  woff2: "font/woff2",
};

/** What a file of that name is; undefined for a name that no file of the page has. */
export function mediaTypeOf(path: string): string | undefined {
  const [, ending = ""] = /[^/]\.(\w+)$/.exec(path) ?? [];
  return Object.hasOwn(MEDIA_TYPES, ending) ? MEDIA_TYPES[ending] : undefined;
}

/** Names of what is immutable change with its bytes; the rest is asked for again each time. */
export function howLongKept(path: string): string {
  return path.startsWith("/_app/immutable/") ? "public, max-age=31536000, immutable" : "no-cache";
}
