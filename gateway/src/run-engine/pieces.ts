/** Graphs that stand in a graph as nodes: when one begins, and what it has made when it has ended, as a node does. */
import type { Expander } from "./expander.ts";
import { verdictOf, type Gate } from "./graph-model.ts";
import type { Place } from "./groups.ts";
import { nodeSet } from "./node-sets.ts";
import { evaluate, mayBeMissing, type Operand, type Verdict, type View } from "./operands.ts";
import type { PlannedGroup } from "./planned.ts";
import { judgeOf, resolve } from "./resolve.ts";
import { hasEnded, hasFailed, setGate } from "./set-gates.ts";

/** What an input that only the driver can resolve must come to. */
export function operandGate(operand: Operand): Gate {
  return {
    reason: "input",
    judge(view) {
      const { is } = evaluate(operand, view);
      if (is === "waits") return "waits";
      return is === "value" || mayBeMissing(operand) ? "satisfied" : "impossible";
    },
  };
}

/** What was given with the run is there, or was asked for before the run began. */
function isThere({ kind }: Operand): boolean {
  return kind === "constant" || kind === "input";
}

/** What must be true before a piece begins: its inputs, its edges, its condition. */
export function entryOf(expander: Expander, { piece }: PlannedGroup, place: Place | undefined): Gate[] {
  const { inputs, edges, when } = piece!;
  const operands = [...inputs.values()].map((expression) => resolve(expander, expression, place));
  return [
    ...operands.filter((operand) => !isThere(operand)).map(operandGate),
    ...edges.map(({ from, on }) => setGate(nodeSet(expander, from, place), on)),
    ...(when ? [{ reason: "when" as const, judge: judgeOf(expander, when, place) }] : []),
  ];
}

/** It makes nothing before all of its nodes have ended, and nothing if one of them failed or it never began. */
function endOf(expander: Expander, group: PlannedGroup, place: Place | undefined): (view: View) => Verdict {
  const set = nodeSet(expander, group.id, place);
  const entry = expander.entryOf(group, place);
  return (view) => {
    if (hasFailed(set, view) || verdictOf(entry, view) === "impossible") return "impossible";
    return hasEnded(set, view) ? "satisfied" : "waits";
  };
}

/** As a run fails that lacks an output. It shares nothing with `endOf`, which asks for this. */
export function lackOf(
  expander: Expander,
  group: PlannedGroup,
  place: Place | undefined,
): (view: View) => string | undefined {
  const set = nodeSet(expander, group.id, place, false);
  const entry = expander.entryOf(group, place);
  const outputs = [...group.piece!.output]
    .map(([field, expression]) => ({ field, operand: resolve(expander, expression, place) }))
    .filter(({ operand }) => !mayBeMissing(operand));
  return (view) => {
    const isDone = hasEnded(set, view) && !hasFailed(set, view) && verdictOf(entry, view) === "satisfied";
    return isDone ? outputs.find(({ operand }) => evaluate(operand, view).is === "absent")?.field : undefined;
  };
}

export function madeBy(
  expander: Expander,
  group: PlannedGroup,
  field: string,
  place: Place | undefined,
): Operand {
  const value = resolve(expander, group.piece!.output.get(field)!, place);
  return { kind: "made", value, by: endOf(expander, group, place), optional: mayBeMissing(value) };
}
