/** Nodes of the odd type, as a task has them. */
import type { TaskNode } from "@myspinbot/contracts/types.ts";

/** A node of the odd type; what is left out is usual. */
export type NodeSpec = Partial<Omit<TaskNode, "inputs">> & { inputs?: Record<string, unknown> };

export function toNode({ inputs = {}, ...node }: NodeSpec): TaskNode {
  const usual = { id: "a", type: "odd", attempt: 1, engine: "auto", timeout_s: 20, params: {}, after: [] };
  const sources = Object.entries(inputs).map(([name, value]) => [name, toSource(value)]);
  return { ...usual, schema_digest: "00dd".repeat(16), ...node, inputs: Object.fromEntries(sources) };
}

/** `$node.output`, `$node.output?`, or a value. */
function toSource(value: unknown): unknown {
  const [, node, output, optional] = /^\$(\w+)\.(\w+)(\??)$/.exec(String(value)) ?? [];
  return node === undefined
    ? { from: "value", value }
    : { from: "node", node, output, optional: optional === "?" };
}
