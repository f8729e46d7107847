/** What is done around every request, in one pass: as middleware of its own each of these would cost promises. */
import type { Context, ErrorHandler, MiddlewareHandler, Next } from "hono";
import { routePath } from "hono/route";
import type { AppEnv } from "../app-env.ts";
import type { AccessSettings } from "../access/settings.ts";
import type { Connect } from "../connected.ts";
import { newPlainId } from "../ids.ts";
import type { FindPage } from "../page.ts";
import { withLogFields, type Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { letIn, type AccessDeps } from "./access/access.ts";
import { allowedOrigins } from "./allowed-origins.ts";
import { addCommonHeaders, requestIdOf } from "./common-headers.ts";
import { connectWhenAsked } from "./connections/connections.ts";
import { assertOwnHost } from "./loopback/loopback-only.ts";
import { answerPage, mayBePage } from "./page.ts";
import { tellRequest } from "./request-log/request-log.ts";

export interface GateDeps extends AccessDeps {
  logger: Logger;
  metrics: Metrics;
  /** The page for people, where there is one. */
  page?: FindPage;
}

type Pass = (c: Context<AppEnv, string>, next: Next) => Promise<void>;

/** @param onError makes an answer of what is thrown here; of what routes throw there is one already */
export function gate(
  deps: GateDeps,
  connect: Connect,
  onError: ErrorHandler<AppEnv>,
): MiddlewareHandler<AppEnv> {
  const { clock, page, access } = deps;
  const newId = (): string => newPlainId("req");

  /** Who is refused has an answer, so that all that stands around still has its say. */
  const answering =
    (pass: Pass): Pass =>
    async (c, next) => {
      try {
        await pass(c, next);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        c.res = await onError(error, c);
      }
    };

  const enter: Pass = async (c, next) => {
    if (page && mayBePage(c.req) && (await answerPage(c, page))) return;
    const entering = letIn(c, deps);
    if (entering instanceof Promise) await entering;
    await next();
  };

  const inside = access.allowedOrigins.size > 0 ? withOrigins(access, answering(enter)) : enter;
  const pass = answering((c, next) => {
    assertOwnHost(c, access);
    return inside(c, next);
  });

  return async function gate(c, next) {
    const began = clock.now();
    const requestId = requestIdOf(c, newId);
    c.set("requestId", requestId);
    c.set("pattern", routePath(c, -1));
    const close = connectWhenAsked(c, connect);
    let isAnswered = false;
    try {
      await withLogFields({ request_id: requestId }, () => pass(c, next));
      isAnswered = true;
    } finally {
      close(isAnswered);
    }
    tellRequest(deps, c, clock.now() - began);
    addCommonHeaders(c);
  };
}

function withOrigins({ allowedOrigins: origins }: AccessSettings, pass: Pass): Pass {
  const cors = allowedOrigins(origins);
  return async (c, next) => {
    const said = await cors(c, () => pass(c, next));
    if (said) c.res = said;
  };
}
