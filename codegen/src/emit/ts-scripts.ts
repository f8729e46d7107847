/** scripts.ts: the steps of the protocol, ready for EVALSHA. */
import { createHash } from "node:crypto";
import type { Source } from "../source.ts";
import { BANNER, tsLiteral } from "./text.ts";

export interface Script {
  source: string;
  sha1: string;
}

/** Name -> source with includes, and the digest by which Redis knows it. */
export function scriptTable(source: Source): Record<string, Script> {
  return Object.fromEntries(
    [...source.scripts.steps].map(([name, { text }]) => [
      name,
      { sha1: createHash("sha1").update(text).digest("hex"), source: text },
    ]),
  );
}

export function emitScripts(source: Source): string {
  return `/** The steps of the protocol by name; steps.ts calls them. ${BANNER} */
export const SCRIPTS = ${tsLiteral(scriptTable(source))} as const;

export type ScriptName = keyof typeof SCRIPTS;
`;
}
