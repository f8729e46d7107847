import { fileURLToPath } from "node:url";
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import { describe, expect, it } from "vitest";
import { checkRoutes, problemsOf } from "../src/routes.ts";
import { readSource } from "../src/source.ts";

const source = readSource(fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, ""));
const first = source.routes.list.find(({ operation }) => operation === "getRun")!;
const withRoute = (change: object) => ({
  ...source.routes,
  list: [...source.routes.list, { ...first, operation: "seeded", path: "/v1/seeded", ...change }],
});

describe("the descriptions of routes", () => {
  it("are in the table, once each", () => {
    expect(Object.keys(ROUTES)).toEqual(source.routes.list.map(({ operation }) => operation));
    expect(ROUTES.createRun).toEqual({
      method: "POST",
      path: "/v1/runs",
      scope: "runs:write",
      runToken: false,
      takes: ["application/json"],
      answers: [
        { status: 202, media: ["application/json"] },
        { status: 200, media: ["application/json"] },
      ],
    });
  });

  it("give a route the problems of the paths above it", () => {
    const codes = (path: string) => problemsOf(source.routes, { ...first, path }).map(({ code }) => code);
    expect(codes("/v1/x")).toEqual([
      "run-not-found",
      "run-gone",
      "not-local",
      "foreign-origin",
      "internal",
      "unauthorized",
      "missing-scope",
      "redis-unavailable",
      "store-unavailable",
    ]);
    expect(codes("/x")).toEqual(["run-not-found", "run-gone", "not-local", "foreign-origin", "internal"]);
  });

  it.each([
    ["an operation that is taken", { operation: "getRun" }, "is there twice: getRun"],
    ["a route that is taken", { path: first.path }, "is there twice: GET /v1/runs/{run_id}"],
    ["a method that is none", { method: "get" }, "has the unknown method get"],
    ["a placeholder without a description", { path: "/v1/{seeded_id}" }, "the unknown placeholder seeded_id"],
    ["a body without a schema", { body: { title: "Nope" } }, "names the unknown schema Nope"],
    ["an answer without a schema", { answers: [{ status: 200, body: "Nope" }] }, "the unknown schema Nope"],
    ["a query without a schema", { query: { a: { schema: "Nope" } } }, "names the unknown schema Nope"],
    ["a problem that is none", { problems: ["nope"] }, "names the unknown problem nope"],
    ["a route that asks for no scope", { scope: undefined }, "names no scope"],
    ["a scope that is none", { scope: "admin" }, "has the unknown scope admin"],
    ["a member that is misspelt", { qeury: {} }, "has the unknown member qeury"],
    ["no answer", { answers: [] }, "has no answer"],
  ])("refuse %s", (_name, change, words) => {
    expect(() => checkRoutes(withRoute(change), source)).toThrow(words);
    expect(() => checkRoutes(withRoute(change), source)).toThrow("schemas/routes/runs.json: ");
  });
});
