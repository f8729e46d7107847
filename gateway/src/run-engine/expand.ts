/**
 * Makes of a graph with groups the nodes that there are: a pure function of what has happened so far, run before each
 * decision. References of a member to its group are by index, of others to a group by list.
 */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { isApproval, poolOf } from "../graphs/node-place.ts";
import type { GroupState, Place } from "./groups.ts";
import type { Gate, GraphModel, IncomingEdge, ModelNode, Races } from "./graph-model.ts";
import { hasInstances, type GraphPlan, type PlannedGroup, type PlannedNode } from "./planned.ts";
import { ENDED, evaluate, isPlain, mayBeMissing, viewOf, type Operand } from "./operands.ts";
import { causesOf, instancesOf, judgeOf, resolve, stateOf, type Expander } from "./resolve.ts";
import { servedBy } from "./races.ts";
import { setGate, type NodeSet } from "./set-gates.ts";
import type { Channels } from "./state.ts";

function operandGate(operand: Operand): Gate {
  return {
    reason: "input",
    judge(view) {
      const { is } = evaluate(operand, view);
      if (is === "waits") return "waits";
      return is === "value" || mayBeMissing(operand) ? "satisfied" : "impossible";
    },
  };
}

function whenGate(expander: Expander, node: PlannedNode, place: Place | undefined): Gate[] {
  const predicate = node.when;
  if (!predicate) return [];
  return [{ reason: "when", judge: judgeOf(expander, predicate, place) }];
}

/** What an edge from a name outside the place looks at. */
function nodeSet(expander: Expander, name: string): NodeSet {
  const { plan } = expander;
  const node = plan.byId.get(name);
  const group = node ? node.group! : plan.groups.get(name)!;
  const state: GroupState = hasInstances(group) ? stateOf(expander, group) : { is: "known", items: [] };
  if (state.is !== "known") return { state: state.is, failed: state.is === "impossible" && !!state.detail };
  if (state.loop === "open") return { state: "waits", failed: false };
  if (state.loop === "unmet") return { state: "impossible", failed: true };
  const idsOf = (member: PlannedNode): string[] =>
    hasInstances(group) ? instancesOf(member, state).slice(group.repeat ? -1 : 0) : [member.id];
  const ids = (members: PlannedNode[]): string[] => members.flatMap(idsOf);
  const members = node ? [node] : group.members;
  const culprits = members.filter(({ id }) => !plan.handledInside.has(id));
  return {
    state: "known",
    nodes: ids(members),
    culprits: ids(node ? members : culprits),
    needed: node ? ids(causesOf(expander, node).map((id) => plan.byId.get(id)!)) : ids(culprits),
    tolerant: group.each?.skips ?? false,
  };
}

function edgesOf(
  expander: Expander,
  node: PlannedNode,
  place: Place | undefined,
): Pick<ModelNode, "incoming" | "gates"> {
  const incoming: IncomingEdge[] = [];
  const gates: Gate[] = [];
  for (const { from, on } of node.edges) {
    const source = expander.plan.byId.get(from);
    if (source && !hasInstances(source.group)) incoming.push({ source: from, on });
    else if (source && source.group === place?.group)
      incoming.push({ source: `${from}.${place!.index}`, on });
    else gates.push(setGate(nodeSet(expander, from), on));
  }
  return { incoming, gates };
}

function instanceOf(expander: Expander, node: PlannedNode, place?: Place): ModelNode {
  const inputs = node.inputs.map(([name, expression]): [string, Operand] => [
    name,
    resolve(expander, expression, place),
  ]);
  const { incoming, gates } = edgesOf(expander, node, place);
  const data: IncomingEdge[] = [];
  for (const [, operand] of inputs) {
    if (operand.kind === "node")
      data.push({
        source: operand.node,
        output: operand.output,
        on: operand.optional ? "optional" : "required",
      });
    else if (!isPlain(operand) && !(operand.kind === "absent" && operand.optional))
      gates.push(operandGate(operand));
  }
  return {
    id: place ? `${node.id}.${place.index}` : node.id,
    base: node.id,
    definition: node.definition,
    pool: poolOf(node.definition),
    apart: "",
    inputs,
    incoming: [...data, ...incoming],
    gates: [...gates, ...whenGate(expander, node, place)],
  };
}

/** Stands for the instances of a node as long as nobody knows how many there are, and for ever if there are none. */
function placeholder(node: PlannedNode, state: GroupState): ModelNode {
  const verdict = state.is === "waits" ? "waits" : "impossible";
  const gates: Gate[] = [{ reason: "group", judge: () => verdict }];
  const { id, definition } = node;
  return { id, base: id, definition, pool: poolOf(definition), apart: "", inputs: [], incoming: [], gates };
}

/** Indices that may be under way: the first so many of those that have not ended. */
function admitted({ view }: Expander, group: PlannedGroup, count: number): (index: number) => boolean {
  const atOnce = group.each?.atOnce ?? count;
  if (atOnce >= count) return () => true;
  const open: number[] = [];
  for (let index = 0; index < count && open.length < atOnce; index += 1)
    if (group.members.some(({ id }) => !ENDED.has(view.phaseOf(`${id}.${index}`)))) open.push(index);
  const last = open.length < atOnce ? count : open.at(-1)!;
  return (index) => index <= last;
}

function membersOf(expander: Expander, node: PlannedNode): ModelNode[] {
  const group = node.group!;
  const state = stateOf(expander, group);
  if (state.is !== "known") return [placeholder(node, state)];
  const mayStart = admitted(expander, group, state.items.length);
  return state.items.map((item, index) => {
    const instance = instanceOf(expander, node, { group, index, item });
    if (!mayStart(index)) instance.gates.push({ reason: "group", judge: () => "waits" });
    return instance;
  });
}

function brokenOf({ plan, states }: Expander, nodes: ModelNode[]): GraphModel["broken"] {
  for (const [group, state] of states)
    if (state.is !== "waits" && state.detail && !plan.handledGroups.has(group))
      return { group, detail: state.detail };
  if (nodes.length <= DEFAULTS.graph_nodes) return undefined;
  const group = [...states].find(([, state]) => state.is === "known")?.[0] ?? "";
  return {
    group,
    detail: `the graph has ${nodes.length} nodes with it, and may have ${DEFAULTS.graph_nodes}`,
  };
}

/** What may be called back, by a race or a deadline, is in no task with anything else; what a person decides is in none. */
function apartOf({ graph }: GraphPlan, races: Races | undefined, node: ModelNode): string {
  const { deadline_s, group } = node.definition;
  const deadline = group !== undefined && graph.groups![group]!.deadline_s !== undefined ? group : "";
  return [
    servedBy(races, node),
    deadline_s === undefined && !isApproval(node.definition) ? deadline : node.id,
  ].join(" ");
}

/** The graph as it is after what the channels hold. */
export function expand(plan: GraphPlan, channels: Channels, races: Races | undefined): GraphModel {
  const expander: Expander = { plan, view: viewOf(channels), states: new Map(), causes: new Map() };
  const nodes: ModelNode[] = [];
  const expansions: GraphModel["expansions"] = [];
  for (const node of plan.nodes) {
    if (!hasInstances(node.group)) {
      nodes.push(instanceOf(expander, node));
      continue;
    }
    nodes.push(...membersOf(expander, node));
    const state = stateOf(expander, node.group);
    if (state.is !== "known") continue;
    const count = state.items.length;
    expansions.push({ node: node.id, count, of: state.loop === "open" ? node.group.repeat!.max : count });
  }
  for (const node of nodes) node.apart = apartOf(plan, races, node);
  return {
    digest: plan.digest,
    shape: expansions.map(({ node, count }) => `${node}:${count}`).join(),
    graph: plan.graph,
    nodes,
    byId: new Map(nodes.map((node) => [node.id, node])),
    handled: new Set(nodes.filter(({ base }) => plan.handled.has(base)).map(({ id }) => id)),
    output: plan.output.map(([field, expression]) => [field, resolve(expander, expression, undefined)]),
    expansions,
    races,
    broken: brokenOf(expander, nodes),
  };
}
