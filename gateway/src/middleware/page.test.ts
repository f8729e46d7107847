import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import type { FindPage } from "../page.ts";
import { answerPage, mayBePage } from "./page.ts";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

const FILES: Record<string, string> = { "/_app/immutable/a.js": "script", "/theme.js": "theme" };
const find: FindPage = (_, path) =>
  path === undefined ? new Response("shell") : path in FILES ? new Response(FILES[path]) : undefined;
const app = new Hono<AppEnv>()
  .use(async (c, next) => {
    if (!mayBePage(c.req) || !(await answerPage(c, find))) await next();
  })
  .all("*", (c) => c.text("api"));

const ask = (path: string, accept: string | undefined, method = "GET"): Response | Promise<Response> =>
  app.request(path, { method, headers: accept === undefined ? {} : { Accept: accept } });

describe("the page", () => {
  it.each([
    ["/", BROWSER, "shell"],
    ["/", "*/*", "api"],
    ["/", undefined, "api"],
    ["/", "application/json", "api"],
    ["/", "text/html;q=0.5, application/json", "api"],
    ["/runs/run_s0_1", BROWSER, "shell"],
    ["/runs/run_s0_1", "*/*", "api"],
    ["/v1/runs", BROWSER, "api"],
    ["/v1/nothing", BROWSER, "api"],
    ["/healthz", BROWSER, "api"],
    ["/openapi.json", BROWSER, "api"],
    ["/_app/immutable/a.js", "*/*", "script"],
    ["/_app/immutable/gone.js", "*/*", "api"],
    ["/_app/immutable/gone.js", BROWSER, "api"],
    ["/theme.js", "*/*", "theme"],
    ["/gone.js", BROWSER, "api"],
    ["/avatars/gone.webp", BROWSER, "api"],
    ["/runs/gone.html", BROWSER, "api"],
    ["/make/version-1.5", BROWSER, "shell"],
    ["/theme.js/..", "*/*", "api"],
  ])("at %s for %s is answered by %s", async (path, accept, by) => {
    expect(await (await ask(path, accept)).text()).toBe(by);
  });

  it("is read only, and cannot be framed", async () => {
    expect(await (await ask("/", BROWSER, "POST")).text()).toBe("api");
    const { headers } = await ask("/", BROWSER);
    expect(headers.get("content-security-policy")).toBe("frame-ancestors 'none'");
    expect(headers.get("permissions-policy")).toContain("microphone=(self)");
  });
});
