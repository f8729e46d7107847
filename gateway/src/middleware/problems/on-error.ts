/** The one place where errors become responses. */
import type { Context, ErrorHandler, Hono, NotFoundHandler } from "hono";
import type { AppEnv } from "../../app-env.ts";
import { AppError } from "../../errors/app-error.ts";
import { PROBLEM_MEDIA_TYPE, problemOf } from "../../errors/problem.ts";
import { newPlainId } from "../../ids.ts";
import type { Logger } from "../../telemetry/logger.ts";

/** Known errors say what they know; of others the outside sees an id only, under which the log has the stack. */
export function onError(logger: Logger): ErrorHandler<AppEnv> {
  return function onError(error, c) {
    if (error instanceof AppError) {
      if (error.cause !== undefined) logger.warn("request failed", { code: error.code, error: error.cause });
      return respond(c, error);
    }
    const errorId = newPlainId("req");
    logger.error("unexpected error", { error_id: errorId, error });
    return respond(
      c,
      new AppError("internal", `Something unexpected happened; the log has it under ${errorId}.`),
    );
  };
}

/** Says 405 where another method would do. */
export function notFound(app: Hono<AppEnv>): NotFoundHandler<AppEnv> {
  return function notFound(c) {
    const allowed = allowedMethods(app, c.req.path);
    if (allowed.length > 0) {
      return respond(
        c,
        new AppError(
          "method-not-allowed",
          `Only ${allowed.join(", ")} can be done at ${c.req.path.slice(0, 200)}.`,
          { headers: { Allow: allowed.join(", ") } },
        ),
      );
    }
    return respond(c, new AppError("not-found", `There is nothing at ${c.req.path.slice(0, 200)}.`));
  };
}

function allowedMethods(app: Hono<AppEnv>, path: string): string[] {
  const fitting = app.routes.filter((route) => route.method !== "ALL" && matches(route.path, path));
  const methods = new Set(fitting.map((route) => route.method));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].sort();
}

/** `pattern` has whole segments as parameters only. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every(
      (segment, index) => segment === given[index] || (segment.startsWith(":") && given[index] !== ""),
    )
  );
}

function respond(c: Context<AppEnv>, error: AppError): Response {
  const problem = problemOf(error, c.req.path);
  const headers = {
    "Content-Type": PROBLEM_MEDIA_TYPE,
    "Cache-Control": "no-store",
    ...error.extensions.headers,
  };
  return c.body(JSON.stringify(problem), problem.status as 400, headers);
}
