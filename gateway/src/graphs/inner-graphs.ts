/** What a graph has to know of those that may stand in it as nodes. */
import type { FlatGraph } from "@myspinbot/contracts/types.ts";
import type { InputField, InputSpec } from "./input-fields.ts";

/** What a node takes and makes, be it of a node type or a graph. */
export interface Ports {
  /** Name of the type or of the graph. */
  type: string;
  inputs: Record<string, InputField>;
  outputs: Record<string, InputField>;
}

export interface InnerGraph {
  graph: FlatGraph;
  input: InputSpec;
  ports: Ports;
  /** The inputs of the graphs within it, by the names of these. */
  within: ReadonlyMap<string, InputSpec>;
}

export interface InnerGraphs {
  /** A graph that can stand in others, or why there is none. */
  read(name: string): InnerGraph | { problem: string };
}

export const NO_GRAPHS: InnerGraphs = { read: () => ({ problem: "no graphs can be nodes here" }) };
