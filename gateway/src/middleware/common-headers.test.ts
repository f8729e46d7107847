import { Hono, type MiddlewareHandler } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../app-env.ts";
import { addCommonHeaders, requestIdOf, wholeAnswer } from "./common-headers.ts";

const commonHeaders: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set(
    "requestId",
    requestIdOf(c, () => "req_ours"),
  );
  await next();
  addCommonHeaders(c);
};

function appOf(): { app: Hono<AppEnv>; made: Response[] } {
  const made: Response[] = [];
  const app = new Hono<AppEnv>()
    .use(commonHeaders)
    .use(async (c, next) => {
      await next();
      made.push(c.res);
    })
    .get("/said", (c) => c.json({ a: 1 }))
    .get("/once", (c) => wholeAnswer(c, '{"a":1}', { status: 200, headers: { Location: "/elsewhere" } }))
    .get("/whole", () => new Response("bytes"))
    .get("/lying", () => new Response("bytes", { headers: { "X-Request-Id": "another" } }));
  return { app, made };
}

describe("the id of a request", () => {
  it.each(["/said", "/once", "/whole", "/lying"])(
    "is in every answer once, theirs or ours: %s",
    async (path) => {
      const { app } = appOf();
      expect((await app.request(path)).headers.get("x-request-id")).toBe("req_ours");
      const headers = { "X-Request-Id": "theirs-1" };
      expect((await app.request(path, { headers })).headers.get("x-request-id")).toBe("theirs-1");
    },
  );

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

describe("an answer that is made at once", () => {
  it("says what all say, and nobody touches it again", async () => {
    const { app, made } = appOf();
    const [said, once] = [await app.request("/said"), await app.request("/once")];
    expect(once).toBe(made[1]);
    expect(once.headers.get("location")).toBe("/elsewhere");
    for (const [name, value] of said.headers)
      if (name !== "content-type") expect(once.headers.get(name), name).toBe(value);
  });

  it("says what somebody before it has said, too", async () => {
    const app = new Hono<AppEnv>()
      .use(commonHeaders)
      .use(async (c, next) => {
        c.set("saysMore", true);
        c.header("Vary", "Origin");
        await next();
      })
      .get("/once", (c) => wholeAnswer(c, "{}", { status: 202, headers: {} }));
    const { status, headers } = await app.request("/once");
    expect([status, headers.get("vary"), headers.get("x-frame-options")]).toEqual([
      202,
      "Origin",
      "SAMEORIGIN",
    ]);
  });
});
