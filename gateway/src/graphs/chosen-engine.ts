/** The engine of a graph's node: fixed by its author, or chosen by the caller in a field of the run's input. */
import type { FlatGraph, FlatNode, GraphNode } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import type { GraphContext } from "./graph-context.ts";
import type { NodeTypes } from "./node-types.ts";
import { resolveReference } from "./reference-types.ts";
import { parseReference, type Reference } from "./references.ts";

type Input = Record<string, unknown>;

/** Leaves the choice to the executor. */
const AUTO = "auto";

/** The field that the caller chooses with, if the node leaves it to them. */
function choiceOf({ engine }: Pick<GraphNode, "engine">): (Reference & { kind: "input" }) | undefined {
  const reference = parseReference(engine);
  return reference.kind === "input" ? reference : undefined;
}

export function hasChoices(nodes: readonly FlatNode[]): boolean {
  return nodes.some((node) => choiceOf(node) !== undefined);
}

/** Problems of a choice that no caller could make. */
export function checkChoice(context: GraphContext, node: GraphNode, pointer: string): FieldError[] {
  const choice = choiceOf(node);
  if (!choice) return [];
  const { type, problem } = resolveReference(context, choice);
  if (problem) return [{ pointer, detail: problem }];
  return type === "Text" ? [] : [{ pointer, detail: `is of type ${type}, but Text is needed` }];
}

/** Name of the engine that a node of a run wants; what the caller left open is open. */
export function engineOf(node: Pick<GraphNode, "engine">, input: Input): string {
  const choice = choiceOf(node);
  if (!choice) return node.engine ?? AUTO;
  const chosen = Object.hasOwn(input, choice.field) ? input[choice.field] : undefined;
  return typeof chosen === "string" ? chosen : AUTO;
}

/** The nodes as a run with this input wants them. */
export function withEngines(nodes: readonly FlatNode[], input: Input): FlatNode[] {
  return nodes.map((node) => (choiceOf(node) ? { ...node, engine: engineOf(node, input) } : node));
}

/** What the caller chose that is no engine of the nodes that it is for. */
export function choiceProblems({ nodes }: FlatGraph, nodeTypes: NodeTypes, input: Input): FieldError[] {
  const found = new Map<string, FieldError>();
  for (const node of nodes) {
    const choice = choiceOf(node);
    if (!choice) continue;
    const engine = engineOf(node, input);
    const engines = [AUTO, ...(nodeTypes.get(node.type)?.engines ?? [])];
    if (engines.includes(engine)) continue;
    const pointer = `/input/${choice.field}`;
    const detail = `is no engine of "${node.type}"; there are ${engines.join(", ")}`;
    found.set(`${pointer} ${node.type}`, { pointer, detail });
  }
  return [...found.values()];
}
