/** Checks everything about a graph that can be known before a run is accepted; each problem points into the graph. */
import type { FlatNode, Graph, GraphNode } from "@myspinbot/contracts/types.ts";
import { POOLS } from "@myspinbot/contracts/wire.ts";
import type { FieldError } from "../errors/app-error.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { checkChoice } from "./chosen-engine.ts";
import { checkCount } from "./check-constant-lists.ts";
import { checkGroups } from "./check-groups.ts";
import { checkInputs } from "./check-inputs.ts";
import { checkOrder } from "./check-order.ts";
import { checkOutput } from "./check-output.ts";
import { checkPiece } from "./check-piece.ts";
import { checkPredicate } from "./check-predicate.ts";
import { isApproval } from "./node-place.ts";
import { looseProblems } from "./expressions.ts";
import { isGraphAsNode } from "./flatten.ts";
import type { NodeType } from "./node-types.ts";
import { contextOf, type GraphCheckOptions } from "./graph-context.ts";

/** `$input` would be ambiguous if a node had this id. */
const RESERVED_ID = "input";

/**
 * Problems of a graph that fits graph.schema.json; empty when it can be run. Pointers are relative to the graph.
 */
export function checkGraph(graph: Graph, options: GraphCheckOptions): FieldError[] {
  const { context, problems } = contextOf(graph, options);
  const seen = new Set<string>();
  graph.nodes.forEach((node, index) => {
    const at = `/nodes/${index}`;
    if (node.id === RESERVED_ID)
      problems.push({
        pointer: `${at}/id`,
        detail: '"input" means the input of the run and cannot name a node',
      });
    if (seen.has(node.id)) problems.push({ pointer: `${at}/id`, detail: `"${node.id}" names two nodes` });
    seen.add(node.id);
    problems.push(
      ...(isGraphAsNode(node) ? checkPiece(context, node, at, options) : checkTyped(node, at, options)),
    );
  });
  graph.nodes.forEach((node, index) => {
    const ports = context.types.get(node.id);
    problems.push(...checkInputs(context, node, ports, `/nodes/${index}/inputs`));
    problems.push(...checkChoice(context, node, `/nodes/${index}/engine`));
    if (isApproval(node) && node.deadline_s !== undefined)
      problems.push({
        pointer: `/nodes/${index}/deadline_s`,
        detail: "how long a person is waited for is said in the params of an approval",
      });
    if (node.when)
      problems.push(...checkPredicate({ context, group: node.group }, node.when, `/nodes/${index}/when`));
  });
  problems.push(...checkGroups(context));
  problems.push(...checkOrder(graph), ...checkOutput(context));
  const told = new Set(problems.map(({ pointer }) => pointer));
  return [...problems, ...checkCount(context).filter(({ pointer }) => !told.has(pointer))];
}

/** A node of a node type. */
export function checkTyped(
  node: FlatNode | GraphNode,
  at: string,
  { nodeTypes, pools }: Pick<GraphCheckOptions, "nodeTypes" | "pools">,
): FieldError[] {
  if (node.type === undefined)
    return [{ pointer: `${at}/type`, detail: "is missing, and there is no graph in its place" }];
  const type = nodeTypes.get(node.type);
  if (!type) return [{ pointer: `${at}/type`, detail: `there is no node type "${node.type}"` }];
  return [
    ...(node.plane === type.plane
      ? []
      : [{ pointer: `${at}/plane`, detail: `"${node.type}" runs on the plane "${type.plane}"` }]),
    ...checkPool(type.plane, node.pool, `${at}/pool`, pools),
    ...paramProblems(type, node, `${at}/params`),
  ];
}

function paramProblems(type: NodeType, { params = {} }: GraphNode, at: string): FieldError[] {
  const wrong = fieldErrors(type.validators.params, params, at);
  const told = new Set(wrong.map(({ pointer }) => pointer));
  // What may be chosen is an input: a reference here would silently be text.
  return [...wrong, ...looseProblems(params, at).filter(({ pointer }) => !told.has(pointer))];
}

function checkPool(
  plane: string,
  pool: string | undefined,
  pointer: string,
  pools: readonly string[],
): FieldError[] {
  if (plane === "node") {
    return pool === undefined || pool === POOLS.node_plane
      ? []
      : [{ pointer, detail: `nodes of the plane "node" run in the pool "${POOLS.node_plane}"` }];
  }
  if (pool === POOLS.node_plane)
    return [{ pointer, detail: `the pool "${pool}" belongs to the plane "node"` }];
  const name = pool ?? POOLS.default;
  return pools.includes(name)
    ? []
    : [{ pointer, detail: `there is no pool "${name}"; there are ${pools.join(", ")}` }];
}
