import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { requestIds } from "./request-id.ts";
import { securityHeaders } from "./security-headers.ts";

function appOf(): { app: Hono<AppEnv>; made: Response[] } {
  const made: Response[] = [];
  const app = new Hono<AppEnv>()
    .use(requestIds(() => "req_ours"))
    .use(securityHeaders())
    .use(async (c, next) => {
      await next();
      made.push(c.res);
    })
    .get("/said", (c) => c.json({ a: 1 }))
    .get("/whole", () => new Response("bytes"))
    .get("/lying", () => new Response("bytes", { headers: { "X-Request-Id": "another" } }));
  return { app, made };
}

describe("the id of a request", () => {
  it.each(["/said", "/whole", "/lying"])("is in every answer once, theirs or ours: %s", async (path) => {
    const { app } = appOf();
    expect((await app.request(path)).headers.get("x-request-id")).toBe("req_ours");
    const headers = { "X-Request-Id": "theirs-1" };
    expect((await app.request(path, { headers })).headers.get("x-request-id")).toBe("theirs-1");
  });

  it("leaves an answer that has it as it is: another one would go out as a stream of its text", async () => {
    const { app, made } = appOf();
    const answer = await app.request("/said");
    expect(answer).toBe(made[0]);
    expect([await answer.json(), answer.headers.get("x-content-type-options")]).toEqual([
      { a: 1 },
      "nosniff",
    ]);
  });
});
