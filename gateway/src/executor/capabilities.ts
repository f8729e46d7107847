/**
 * Which engines of a node type this executor has; capabilities.py is its twin. All engines of the node plane are
 * part of the gateway.
 */
import type { NodeTypeCapability } from "@myspinbot/contracts/types.ts";
import type { NodeType } from "../graphs/node-types.ts";

/** The engine to use; undefined when it is not available here, empty when the type has none to choose from. */
export function engineFor(type: NodeType, wanted: string): string | undefined {
  if (wanted === "auto") return type.engines[0] ?? "";
  return type.engines.find((engine) => engine === wanted);
}

/** What is announced about a node type. */
export function toCapability(type: NodeType): NodeTypeCapability {
  const engines = type.engines.map((name) => ({ name, available: true }));
  return { type: type.type, schema_digest: type.schema_digest, engines };
}
