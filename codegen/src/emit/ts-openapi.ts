/** openapi.ts: the document that the gateway serves. */
import type { Example } from "../examples.ts";
import { openApi } from "../openapi.ts";
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export function emitOpenApi(source: Source, examples: readonly Example[]): string {
  return `/** The public API. ${BANNER} */

/** OpenAPI 3.1. */
export const OPENAPI: Readonly<Record<string, unknown>> = ${tsLiteral(openApi(source, examples))};
`;
}
