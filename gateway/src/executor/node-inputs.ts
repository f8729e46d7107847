/** The input values of a node, from its task and from what other nodes of the task made; node_inputs.py is its twin. */
import type { TaskNode } from "@myspinbot/contracts/types.ts";
import type { NodeEnd } from "./schedule.ts";
import { ownField } from "../own-field.ts";

/** Values of the inputs; optional ones that their source did not make are left out. */
export function resolveInputs(
  { node }: { node: TaskNode },
  sources: ReadonlyMap<string, NodeEnd>,
): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const [name, input] of Object.entries(node.inputs)) {
    if (input.from === "value") {
      inputs[name] = input.value;
      continue;
    }
    const end = sources.get(input.node);
    const value = end?.status === "succeeded" ? ownField(end.outputs, input.output) : undefined;
    if (value !== undefined) inputs[name] = value;
  }
  return inputs;
}

/** Those that are known before any node of the task has run. */
export function knownInputs({ node }: { node: TaskNode }): Record<string, unknown> {
  const known = Object.entries(node.inputs).flatMap(([name, input]) =>
    input.from === "value" ? [[name, input.value] as const] : [],
  );
  return Object.fromEntries(known);
}
