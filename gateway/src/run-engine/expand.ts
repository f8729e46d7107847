/**
 * Makes of a graph with groups the nodes that there are: a pure function of what has happened so far, run before each
 * decision. References of a member to its group are by index, of others to a group by list.
 */
import { DEFAULTS } from "@myspinbot/contracts/wire.ts";
import { chainIn } from "../graphs/bound.ts";
import { isApproval, poolOf } from "../graphs/node-place.ts";
import { placeBy, type Expander } from "./expander.ts";
import { racesAround } from "./group-races.ts";
import type { GroupState, Place } from "./groups.ts";
import type { Gate, GraphModel, IncomingEdge, ModelNode, Races } from "./graph-model.ts";
import { nodeSet, partOf } from "./node-sets.ts";
import { ENDED, isPlain, viewOf, type Operand } from "./operands.ts";
import { entryOf, lackOf, madeBy, operandGate } from "./pieces.ts";
import { chainOf, type GraphPlan, type PlannedGroup, type PlannedNode } from "./planned.ts";
import { judgeOf, resolve, stateOf } from "./resolve.ts";
import { servedBy } from "./races.ts";
import { setGate } from "./set-gates.ts";
import type { Channels } from "./state.ts";

/** Remembers per group and index what was found out once. */
function remembered<T>(
  find: (group: PlannedGroup, place: Place | undefined) => T,
): (group: PlannedGroup, place: Place | undefined) => T {
  const known = new Map<string, T>();
  return (group, place) => {
    const key = `${group.id} ${place?.index}`;
    const found = known.get(key) ?? find(group, place);
    known.set(key, found);
    return found;
  };
}

function createExpander(plan: GraphPlan, channels: Channels, races: Races | undefined): Expander {
  const expander: Expander = {
    plan,
    races,
    view: viewOf(channels),
    states: new Map(),
    causes: new Map(),
    entryOf: remembered((piece, place) => entryOf(expander, piece, place)),
    lackOf: remembered((piece, place) => lackOf(expander, piece, place)),
    madeBy: (piece, field, place) => madeBy(expander, piece, field, place),
  };
  return expander;
}

function whenGate(expander: Expander, node: PlannedNode, place: Place | undefined): Gate[] {
  const predicate = node.when;
  if (!predicate) return [];
  return [{ reason: "when", judge: judgeOf(expander, predicate, place) }];
}

/** What must be true before the pieces begin that it stands in, as far as it is known where these are. */
function entryGates(expander: Expander, { group }: PlannedNode, place: Place | undefined): Gate[] {
  return chainOf(group).flatMap((each) => {
    const isHere = each.piece && (!each.many || each.many === place?.group);
    return isHere ? expander.entryOf(each, placeBy(each.many, place)) : [];
  });
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
    if (source && !source.many) incoming.push({ source: from, on });
    else if (source && source.many === place?.group) incoming.push({ source: `${from}.${place!.index}`, on });
    else gates.push(setGate(nodeSet(expander, from, place), on));
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
    gates: [...entryGates(expander, node, place), ...gates, ...whenGate(expander, node, place)],
    ...racesAround(expander, node, place),
  };
}

/** Stands for the instances of a node as long as nobody knows how many there are, and for ever if there are none. */
function placeholder(expander: Expander, node: PlannedNode, state: GroupState): ModelNode {
  const verdict = state.is === "waits" ? "waits" : "impossible";
  const gates: Gate[] = [...entryGates(expander, node, undefined), { reason: "group", judge: () => verdict }];
  const { id, definition } = node;
  return {
    ...{ id, base: id, definition, pool: poolOf(definition), apart: "" },
    ...{ inputs: [], incoming: [], gates },
    ...racesAround(expander, node, undefined),
  };
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

function membersOf(expander: Expander, node: PlannedNode, group: PlannedGroup): ModelNode[] {
  const state = stateOf(expander, group);
  if (state.is !== "known") return [placeholder(expander, node, state)];
  const mayStart = admitted(expander, group, state.items.length);
  return state.items.map((item, index) => {
    const instance = instanceOf(expander, node, { group, index, item });
    if (!mayStart(index)) instance.gates.push({ reason: "group", judge: () => "waits" });
    return instance;
  });
}

/** A piece that ended without a failure, and without what it had to make. */
function lackingOf(expander: Expander): GraphModel["broken"] {
  const { plan, view } = expander;
  for (const piece of plan.groups.values()) {
    if (!piece.piece || plan.handled.has(piece.id)) continue;
    for (const place of partOf(expander, piece.many, undefined).places) {
      if (piece.many && !place) continue;
      const field = expander.lackOf(piece, place)(view);
      if (field === undefined) continue;
      const at = (id: string): string => (place ? `${id}.${place.index}` : id);
      return {
        group: at(piece.id),
        detail: `it has not made "${field}"`,
        // Of nodes in groups within it, too.
        causes: nodeSet(expander, piece.id, place).nodes,
      };
    }
  }
  return undefined;
}

function brokenOf(expander: Expander, nodes: ModelNode[]): GraphModel["broken"] {
  const { plan, states } = expander;
  for (const [group, state] of states)
    if (state.is !== "waits" && state.detail && !plan.handled.has(group))
      return { group, detail: state.detail, causes: [] };
  const lacking = lackingOf(expander);
  if (lacking || nodes.length <= DEFAULTS.graph_nodes) return lacking;
  const group = [...states].find(([, state]) => state.is === "known")?.[0] ?? "";
  const detail = `the graph has ${nodes.length} nodes with it, and may have ${DEFAULTS.graph_nodes}`;
  return { group, detail, causes: [] };
}

/** What may be called back, by a race or a deadline, is in no task with anything else; what a person decides is in none. */
function apartOf({ graph }: GraphPlan, races: Races | undefined, node: ModelNode): string {
  const { deadline_s, group } = node.definition;
  const timed = chainIn(graph, group).flatMap(([id, { deadline_s: at }]) => (at === undefined ? [] : [id]));
  return [
    servedBy(races, node),
    deadline_s === undefined && !isApproval(node.definition) ? timed.join() : node.id,
  ].join(" ");
}

/** The graph as it is after what the channels hold. */
export function expand(plan: GraphPlan, channels: Channels, races: Races | undefined): GraphModel {
  const expander = createExpander(plan, channels, races);
  const nodes: ModelNode[] = [];
  const expansions: GraphModel["expansions"] = [];
  for (const node of plan.nodes) {
    const { many } = node;
    if (!many) {
      nodes.push(instanceOf(expander, node));
      continue;
    }
    nodes.push(...membersOf(expander, node, many));
    const state = stateOf(expander, many);
    if (state.is !== "known") continue;
    const count = state.items.length;
    expansions.push({ node: node.id, count, of: state.loop === "open" ? many.repeat!.max : count });
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
