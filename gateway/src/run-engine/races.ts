/** Who races whom in a graph (`$first`), and which nodes nobody needs any more because another was first. */
import { isForm } from "../graphs/expressions.ts";
import { parseFlat, type FlatExpression } from "../graphs/flat-expressions.ts";
import { operandsOf } from "../graphs/predicates.ts";
import type { GraphModel, ModelNode, Races, Wanted } from "./graph-model.ts";
import { expressionsBefore, namesBefore } from "./plan-sources.ts";
import { chainOf, type GraphPlan, type PlannedGroup, type PlannedNode } from "./planned.ts";
import { ENDED, evaluate, type Operand, type View } from "./operands.ts";
import type { Phase } from "./state.ts";

interface Named {
  node: string;
  raced: boolean;
}

/** Nodes that an expression names, and whether another may take their place by being first. */
function namesIn(expression: FlatExpression, raced = false): Named[] {
  if (isForm(expression)) return expression.of.flatMap((part) => namesIn(part, expression.kind === "first"));
  return expression.kind === "node" ? [{ node: expression.node, raced }] : [];
}

function hasRace(expression: FlatExpression): boolean {
  return isForm(expression) && (expression.kind === "first" || expression.of.some(hasRace));
}

interface Read {
  expression: FlatExpression;
  /** By which whoever reads it exists several times. */
  reader: PlannedGroup | undefined;
}

/** A node's inputs, and what races before the graphs and loops that it stands in. */
function readBy({ inputs, group, many }: PlannedNode): Read[] {
  const around = chainOf(group).flatMap((each) =>
    expressionsBefore(each)
      .filter(hasRace)
      .map((expression) => ({ expression, reader: each.many })),
  );
  return [...inputs.map(([, expression]) => ({ expression, reader: many })), ...around];
}

/** What the node waits for by name, besides its inputs and these. Whole groups have ended without those who lost. */
function othersNamedBy(node: PlannedNode, groups: GraphPlan["groups"]): string[] {
  return namesBefore({ ...node, inputs: [] }, groups, (expression) => !hasRace(expression));
}

function readWanted(plan: GraphPlan): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>(
    plan.nodes.map(({ id }) => [id, { by: new Set(), raced: new Set(), inOutput: false, always: false }]),
  );
  // Of a loop's iterations nobody knows how many will come: what each of them looks at outside of it stays.
  const stays = (name: string, reader: PlannedGroup | undefined): boolean =>
    reader?.repeat !== undefined && plan.byId.get(name)!.many !== reader;
  for (const node of plan.nodes) {
    const want = (name: string, kind: "by" | "raced", reader: PlannedGroup | undefined): void => {
      const found = wanted.get(name);
      if (!found) return;
      found[kind].add(node.id);
      found.always ||= stays(name, reader);
    };
    for (const name of othersNamedBy(node, plan.groups)) want(name, "by", node.many);
    for (const { expression, reader } of readBy(node))
      for (const { node: name, raced } of namesIn(expression)) want(name, raced ? "raced" : "by", reader);
  }
  // Who reads what a graph within makes, reads it when all of its nodes have ended.
  const made = [...plan.groups.values()].flatMap(({ piece }) => [...(piece?.output.values() ?? [])]);
  const output = plan.output.map(([, expression]) => expression);
  for (const { node, raced } of [...output, ...made].flatMap((expression) => namesIn(expression))) {
    const found = wanted.get(node);
    if (!found) continue;
    if (raced) found.inOutput = true;
    else found.always = true;
  }
  // What a loop hands on, or looks at, may be wanted by an iteration that nobody knows of yet.
  for (const { repeat } of plan.groups.values()) {
    if (!repeat) continue;
    const looked = operandsOf(repeat.until).map(({ value }) => parseFlat(value));
    const handed = [...repeat.carry.values()].map(({ next }) => next);
    for (const { node } of [...looked, ...handed].flatMap((expression) => namesIn(expression))) {
      const found = wanted.get(node);
      if (found) found.always = true;
    }
  }
  return wanted;
}

/** The racers that want a node, alone; undefined when somebody needs it whoever is first, or it is there for itself. */
function readServants(plan: GraphPlan, wanted: ReadonlyMap<string, Wanted>): Map<string, string[]> {
  const servants = new Map<string, string[]>();
  // Against the topological order: who wants a node comes before it.
  for (const { id } of plan.nodes.toReversed()) {
    const { by, raced, inOutput, always } = wanted.get(id)!;
    const masters = [...by].map((name) => servants.get(name));
    const isRacer = inOutput || raced.size > 0;
    if (always || (by.size === 0 && !isRacer) || masters.some((racers) => racers === undefined)) continue;
    const racers = new Set([...(isRacer ? [id] : []), ...masters.flatMap((names) => names!)]);
    servants.set(id, [...racers].sort());
  }
  return servants;
}

/** Nodes that any race names. */
function readNamed({ nodes, groups, output }: GraphPlan): Set<string> {
  const expressions = [
    ...nodes.flatMap(({ inputs }) => inputs.map(([, expression]) => expression)),
    ...[...groups.values()].flatMap((group) => [
      ...expressionsBefore(group),
      ...(group.piece?.output.values() ?? []),
    ]),
    ...output.map(([, expression]) => expression),
  ];
  const names = expressions.flatMap((expression) => namesIn(expression));
  return new Set(names.flatMap(({ node, raced }) => (raced ? [node] : [])));
}

/** The races of a graph; undefined if it has none. */
export function readRaces(plan: GraphPlan): Races | undefined {
  const named = readNamed(plan);
  if (named.size === 0) return undefined;
  const wanted = readWanted(plan);
  return {
    named,
    wanted,
    ofGroup: new Map(
      [...plan.groups.values()].map((group) => [
        group.id,
        {
          before: expressionsBefore(group).filter(hasRace),
          behind: [...(group.piece?.output.values() ?? [])].filter(hasRace),
        },
      ]),
    ),
    servants: readServants(plan, wanted),
    groupOf: (node) => plan.byId.get(node)?.many?.id,
  };
}

function indexOf({ id, base }: Pick<ModelNode, "id" | "base">): string {
  return id.slice(base.length);
}

/** Nodes that are called back together have the same word; empty for those that are never called back. */
export function servedBy(races: Races | undefined, node: Pick<ModelNode, "id" | "base">): string {
  const racers = races?.servants.get(node.base);
  if (!races || !racers) return "";
  const group = races.groupOf(node.base);
  const isInStep = group !== undefined && racers.some((racer) => races.groupOf(racer) === group);
  return racers.join() + (isInStep ? indexOf(node) : "");
}

/** Whether each race for the node among these operands was won, by another: it has made nothing yet. */
function isLost(operands: readonly Operand[], node: string, view: View): boolean {
  const races = (operand: Operand): Operand[] => {
    if (!("of" in operand)) return [];
    const own = operand.of.some((part) => part.kind === "node" && part.node === node);
    return [...(own && operand.kind === "first" ? [operand] : []), ...operand.of.flatMap(races)];
  };
  const found = operands.flatMap(races);
  return found.length > 0 && found.every((race) => evaluate(race, view).is === "value");
}

/** What the look of a decision knows. Nodes that are found are canceled in `phases`. */
interface Look {
  model: GraphModel;
  phases: Map<string, Phase>;
  view: View;
}

/** Nodes that have not ended and that nobody will ask for what they make. */
export function findUnneeded({ model, phases, view }: Look): string[] {
  const { races } = model;
  if (!races) return [];
  const instances = Map.groupBy(model.nodes, ({ base }) => base);
  const wanting = (node: ModelNode, names: ReadonlySet<string>): ModelNode[] => {
    const group = races.groupOf(node.base);
    return [...names].flatMap((name) =>
      // Of a list that is empty there are none.
      (instances.get(name) ?? [])
        .filter(({ id }) => !ENDED.has(phases.get(id)!))
        .filter((other) => group !== races.groupOf(name) || indexOf(other) === indexOf(node)),
    );
  };
  const isNeeded = (node: ModelNode): boolean => {
    const { by, raced, inOutput } = races.wanted.get(node.base)!;
    const operandsOfReader = ({ inputs, racesBefore }: ModelNode): Operand[] => [
      ...inputs.map(([, operand]) => operand),
      ...racesBefore,
    ];
    if (wanting(node, by).length > 0) return true;
    if (wanting(node, raced).some((other) => !isLost(operandsOfReader(other), node.id, view))) return true;
    return (
      inOutput && !isLost([...model.output.map(([, operand]) => operand), ...node.racesBehind], node.id, view)
    );
  };
  const found: string[] = [];
  for (const node of model.nodes.toReversed()) {
    if (!races.servants.has(node.base) || ENDED.has(phases.get(node.id)!) || isNeeded(node)) continue;
    phases.set(node.id, "canceled");
    found.push(node.id);
  }
  return found;
}
