/** Which nodes of a run need not be done again when it is forked: nothing before them is done again or has changed. */
import { boundTo } from "../graphs/bound.ts";
import type { FlatExpression } from "../graphs/flat-expressions.ts";
import { fieldsIn, instanceId, isMeant, lookedAt } from "./fork-looks.ts";
import { readForkedRaces, type ForkedRaces } from "./forked-races.ts";
import { operandsIn } from "./plan-sources.ts";
import { chainOf, type GraphPlan, type PlannedGroup, type PlannedNode } from "./planned.ts";
import { stateChannel, stateOf, type Channels } from "./state.ts";

type Input = Record<string, unknown>;
type Index = number | undefined;

export interface Fork {
  /** The node from which on all is done again; of a group also one of its instances, or a graph that is a node. */
  from: string;
  /** Nodes whose params are others. */
  params: ReadonlySet<string>;
  /** The run's input, and the fork's. */
  before: Input;
  after: Input;
}

interface Judge extends Fork {
  plan: GraphPlan;
  channels: Channels;
  changed: ReadonlySet<string>;
  races: ForkedRaces;
  /** Done again because their race is. */
  raced: ReadonlySet<string>;
  memory: Map<string, boolean>;
}

/**
 * Ids of nodes and instances whose state and outputs the fork takes over.
 * @param channels what has happened in the run
 */
export function reusableNodes(plan: GraphPlan, channels: Channels, fork: Fork): Set<string> {
  const fields = new Set([...Object.keys(fork.before), ...Object.keys(fork.after)]);
  const changed = new Set([...fields].filter((field) => !isSame(fork.before[field], fork.after[field])));
  const races = readForkedRaces(plan, channels, (group) => indicesOf(channels, group));
  let raced: ReadonlySet<string> = new Set();
  // A race of which one is done again is run again by all: who has won it would win at once.
  for (;;) {
    const judge: Judge = { ...fork, plan, channels, changed, races, raced, memory: new Map() };
    const kept = keptBy(judge);
    const again = races.brokenBy((id) => !kept.has(id) && hasEnded(judge, id), raced);
    if (again.size === raced.size) return kept;
    raced = again;
  }
}

function keptBy(judge: Judge): Set<string> {
  const ids = judge.plan.nodes.flatMap((node) =>
    indicesOf(judge.channels, node.many)
      .filter((index) => keeps(judge, node, index))
      .map((index) => instanceId(node.id, index)),
  );
  return new Set(ids);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Of the instances that the run has. */
function indicesOf(channels: Channels, many: PlannedGroup | undefined): Index[] {
  if (!many) return [undefined];
  const indices: number[] = [];
  const isThere = (index: number) =>
    many.members.some(({ id }) => Object.hasOwn(channels, stateChannel(instanceId(id, index))));
  while (isThere(indices.length)) indices.push(indices.length);
  return indices;
}

/** Whether it has ended so that the run went on: one that lost its race, too. */
function hasEnded({ plan, channels, races, raced }: Judge, id: string): boolean {
  const { phase } = stateOf(channels, id);
  if (phase === "succeeded" || phase === "skipped") return true;
  if (phase === "canceled") return races.hasLost(id, raced);
  return phase === "failed" && plan.handled.has(plan.byId.has(id) ? id : id.replace(/\.\d+$/, ""));
}

function keeps(judge: Judge, node: PlannedNode, index: Index): boolean {
  const id = instanceId(node.id, index);
  const before = judge.memory.get(id);
  if (before !== undefined) return before;
  const answer = isReusable(judge, node, index);
  judge.memory.set(id, answer);
  return answer;
}

function isReusable(judge: Judge, node: PlannedNode, index: Index): boolean {
  const { from, params, raced, plan } = judge;
  const id = instanceId(node.id, index);
  if (isMeant(from, node, index) || params.has(node.id) || raced.has(id)) return false;
  if (!hasEnded(judge, id) || haveChanged(judge, lookedAt(node))) return false;
  if (index !== undefined && !keepsPlace(judge, node.many!, index)) return false;
  return [...node.sources].every((name) => keepsSource(judge, node, index, plan.byId.get(name)!));
}

function haveChanged({ plan, changed }: Judge, looked: FlatExpression[]): boolean {
  return fieldsIn(plan, looked).some((field) => changed.has(field));
}

/** The field of the input that a group goes over, where its list is no other. */
function listField(plan: GraphPlan, { each }: PlannedGroup): string | undefined {
  const bound = boundTo(plan.graph, each!.list);
  return bound?.kind === "input" ? bound.field : undefined;
}

/** Whether the element of a list is the same, and what comes before an iteration of a loop. */
function keepsPlace(judge: Judge, many: PlannedGroup, index: number): boolean {
  const { each, repeat, members } = many;
  if (each) {
    const field = listField(judge.plan, many);
    if (field === undefined) return !haveChanged(judge, [each.list]);
    return isSame(elementOf(judge.before, field, index), elementOf(judge.after, field, index));
  }
  const carried = [...repeat!.carry.values()].flatMap(({ init, next }) => [init, next]);
  if (haveChanged(judge, [...operandsIn(repeat!.until), ...carried])) return false;
  return index === 0 || members.every((member) => keeps(judge, member, index - 1));
}

function elementOf(input: Input, field: string, index: number): unknown {
  const value = input[field];
  return Array.isArray(value) ? (value as unknown[])[index] : undefined;
}

function keepsSource(judge: Judge, node: PlannedNode, index: Index, source: PlannedNode): boolean {
  const { many } = source;
  if (!many) return keeps(judge, source, undefined);
  if (many === node.many) return keeps(judge, source, index);
  return (
    keepsList(judge, source, many) &&
    indicesOf(judge.channels, many).every((each) => keeps(judge, source, each))
  );
}

/** Whether there are as many instances as before: nothing that this hangs on is another, also where there are none. */
function keepsList(judge: Judge, source: PlannedNode, many: PlannedGroup): boolean {
  const conditions = chainOf(many).flatMap(({ piece }) => operandsIn(piece?.when));
  if (haveChanged(judge, conditions)) return false;
  const outside = [...source.sources].map((name) => judge.plan.byId.get(name)!);
  if (!outside.every((each) => each.many === many || keepsSource(judge, source, undefined, each)))
    return false;
  if (!many.each) return true;
  const field = listField(judge.plan, many);
  if (field === undefined) return !haveChanged(judge, [many.each.list]);
  const lengthIn = (input: Input) => (input[field] as unknown[] | undefined)?.length;
  return lengthIn(judge.before) === lengthIn(judge.after);
}
