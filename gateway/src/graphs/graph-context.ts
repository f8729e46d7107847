/** What the single checks of a graph need to know of the whole. */
import type { Graph } from "@myspinbot/contracts/types.ts";
import type { InputSpec } from "./input-fields.ts";
import type { NodeType } from "./node-types.ts";

export interface GraphContext {
  graph: Graph;
  /** By node id; nodes of an unknown type are missing. */
  types: Map<string, NodeType>;
  input: InputSpec;
}
