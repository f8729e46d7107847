/** Compares what an app serves and answers with the descriptions of schemas/routes, in both directions. */
import { OPENAPI } from "@myspinbot/contracts/openapi.ts";
import { PROBLEM_TYPES } from "@myspinbot/contracts/problem-types.ts";
import { ROUTES } from "@myspinbot/contracts/routes.ts";
import type { Hono } from "hono";
import type { AppEnv } from "../src/app-env.ts";

interface Described {
  responses: Record<string, { content?: Record<string, unknown> }>;
}
const PATHS = OPENAPI.paths as Record<string, Record<string, Described>>;
/** Of an address that nobody described: there is nothing, or the asker is not let in. */
const NOTHING = [401, 403, 404];
/** This answer reaches nobody, so no client needs to know of it. */
const CLIENT_GONE = PROBLEM_TYPES["client-gone"].status;

/** Routes that are served and not described, and those that are described and not served; empty when all is well. */
export function routeDisagreements(app: Pick<Hono<AppEnv>, "routes">): string[] {
  const served = new Set(
    app.routes
      .filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`),
  );
  const described = new Set(Object.values(ROUTES).map(({ method, path }) => `${method} ${path}`));
  return [
    ...[...served].filter((route) => !described.has(route)).map((route) => `${route} has no description`),
    ...[...described].filter((route) => !served.has(route)).map((route) => `${route} is not served`),
  ];
}

/** @throws Error when the status or the media type of an answer is not among those that the route's description names */
export function assertDescribed(asked: { method: string; path: string }, answer: Response): void {
  if (answer.status === CLIENT_GONE) return;
  const method = asked.method === "HEAD" ? "get" : asked.method.toLowerCase();
  const item = itemOf(asked.path);
  const refuse = (why: string): never => {
    throw new Error(`${asked.method} ${asked.path} ${why}, which schemas/routes does not name`);
  };
  // What browsers ask before they ask is no operation.
  if (asked.method === "OPTIONS" && item && answer.status === 204) return;
  const operation = item?.[method];
  if (!operation) {
    if (![...NOTHING, ...(item ? [405] : [])].includes(answer.status)) refuse(`answered ${answer.status}`);
    return;
  }
  const described = operation.responses[answer.status] ?? refuse(`answered ${answer.status}`);
  const given = answer.headers.get("content-type")?.split(";")[0]?.trim();
  if (given !== undefined && !fits(given, Object.keys(described.content ?? {})))
    refuse(`answered ${answer.status} with ${given}`);
}

function itemOf(path: string): Record<string, Described> | undefined {
  const fitting = Object.entries(PATHS).find(([pattern]) =>
    new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  return fitting?.[1];
}

function fits(type: string, described: readonly string[]): boolean {
  return ["*/*", type, `${type.split("/")[0]}/*`].some((each) => described.includes(each));
}
