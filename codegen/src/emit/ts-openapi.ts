/** openapi.ts: the document that the gateway serves, and its routes for a test that they are all there. */
import { openApi } from "../openapi.ts";
import { ROUTES } from "../routes.ts";
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitOpenApi(source: Source): string {
  const routes = ROUTES.map(({ method, path, operation }) => ({
    method: method.toUpperCase(),
    path,
    operation,
  }));
  return `/** The public API. ${BANNER} */

/** Routes that the document describes; the gateway's tests compare them with what it serves. */
export const ROUTES: readonly { method: string; path: string; operation: string }[] = ${tsLiteral(routes)};

/** OpenAPI 3.1. */
export const OPENAPI: Readonly<Record<string, unknown>> = ${tsLiteral(openApi(source))};
`;
}
