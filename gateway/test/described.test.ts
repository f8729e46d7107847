/** That the comparison of routes with their descriptions fails for each way in which they can differ. */
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { AppEnv } from "../src/app-env.ts";
import { assertDescribed, routeDisagreements } from "./described.ts";

function appOf(routes: { method: string; path: string }[]): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  for (const { method, path } of routes)
    app.on(method, path.replaceAll(/\{(\w+)\}/g, ":$1"), (c) => c.body(null));
  return app;
}
const all = Object.values(ROUTES);
const answer = (status: number, type?: string): Response =>
  new Response(null, { status, headers: type ? { "content-type": type } : {} });

describe("routes and their descriptions", () => {
  it("agree when each is there once", () => {
    expect(routeDisagreements(appOf(all))).toEqual([]);
  });

  it("disagree about a route without a description, and about a description without a route", () => {
    expect(routeDisagreements(appOf([...all, { method: "PATCH", path: "/v1/runs/{run_id}" }]))).toEqual([
      "PATCH /v1/runs/{run_id} has no description",
    ]);
    const { path, method } = ROUTES.deleteRun;
    const without = all.filter((route) => route.path !== path || route.method !== method);
    expect(routeDisagreements(appOf(without))).toEqual(["DELETE /v1/runs/{run_id} is not served"]);
  });
});

describe("an answer", () => {
  it.each([
    ["GET", "/v1/runs/run_s0_x", 200, "application/json"],
    ["HEAD", "/v1/runs/run_s0_x", 200, "application/json; charset=utf-8"],
    ["GET", "/v1/runs/run_s0_x", 404, "application/problem+json"],
    ["DELETE", "/v1/runs/run_s0_x", 204, undefined],
    ["GET", "/v1/artifacts/a/content", 206, "video/mp4"],
    ["GET", "/v1/nowhere", 404, "application/problem+json"],
    ["PUT", "/v1/runs", 405, "application/problem+json"],
    ["POST", "/v1/files", 499, "application/problem+json"],
  ])("that is described passes: %s %s %i %s", (method, path, status, type) => {
    expect(() => assertDescribed({ method, path }, answer(status, type))).not.toThrow();
  });

  it.each([
    ["of another status", "GET", "/v1/runs/run_s0_x", 409, "application/problem+json"],
    ["of another media type", "GET", "/v1/runs/run_s0_x", 200, "text/html"],
    ["of a problem that is plain JSON", "GET", "/v1/runs/run_s0_x", 404, "application/json"],
    ["from an address without a description", "GET", "/v1/nowhere", 200, "application/json"],
    ["for a method without a description", "PUT", "/v1/runs", 200, "application/json"],
    ["that nothing is allowed where nothing is", "PUT", "/v1/nowhere", 405, "application/problem+json"],
  ])("%s fails", (_name, method, path, status, type) => {
    expect(() => assertDescribed({ method, path }, answer(status, type))).toThrow(
      /schemas\/routes does not name/,
    );
  });
});
