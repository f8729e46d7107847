/** What an input of a node in a run comes from, and its value as far as it is known. */
import type { Form } from "../graphs/expressions.ts";
import type { Reference } from "../graphs/references.ts";
import { INPUT_CHANNEL, outputsOf, stateOf, type Channels, type Outputs, type Phase } from "./state.ts";
import { ownField } from "../own-field.ts";

/** What several make together, in the order of the list. */
export interface ListOperand {
  kind: "list";
  of: Operand[];
  /** Nodes of which no failure is tolerated: with one of them failed there is no list. */
  needed: string[];
  /** What pieces had to make and have not: with any of it there is no list. */
  lacks: ((view: View) => string | undefined)[];
  optional: boolean;
}

export type Operand =
  | Reference
  | ListOperand
  /** Not known before more has happened. */
  | { kind: "pending"; optional: boolean }
  /** It will never come. */
  | { kind: "absent"; optional: boolean }
  /** What a piece makes, when it has ended well. */
  | { kind: "made"; value: Operand; by: (view: View) => Verdict; optional: boolean }
  | { kind: Form; of: Operand[]; optional: boolean };

/** Whether something that must be true is. */
export type Verdict = "satisfied" | "waits" | "impossible";

export type Value = { is: "value"; value: unknown } | { is: "absent" } | { is: "waits" };

/** What a decision sees of a run. */
export interface View {
  phaseOf(node: string): Phase;
  outputsOf(node: string): Outputs;
  /** Of those in races: the how manyth to succeed. */
  placeOf(node: string): number;
  input: Record<string, unknown>;
}

export const ENDED: ReadonlySet<Phase> = new Set(["succeeded", "failed", "skipped", "canceled"]);
const WAITS: Value = { is: "waits" };
const ABSENT: Value = { is: "absent" };

export function viewOf(channels: Channels): View {
  return {
    phaseOf: (node) => stateOf(channels, node).phase,
    outputsOf: (node) => outputsOf(channels, node),
    placeOf: (node) => stateOf(channels, node).place ?? Number.POSITIVE_INFINITY,
    input: (channels[INPUT_CHANNEL] ?? {}) as Record<string, unknown>,
  };
}

/** Operands that an executor can resolve, or that are known at once; all others are resolved by the driver. */
export function isPlain(operand: Operand): operand is Reference {
  return operand.kind === "constant" || operand.kind === "node" || operand.kind === "input";
}

function known(value: unknown): Value {
  return value === undefined ? ABSENT : { is: "value", value };
}

function listOf({ of, needed, lacks }: ListOperand, view: View): Value {
  if (needed.some((node) => view.phaseOf(node) === "failed")) return ABSENT;
  // One that is skipped early may stand behind one that has yet to fail.
  if (needed.some((node) => !ENDED.has(view.phaseOf(node)))) return WAITS;
  const values = of.map((operand) => evaluate(operand, view));
  if (values.some(({ is }) => is === "waits")) return WAITS;
  if (lacks.some((lack) => lack(view) !== undefined)) return ABSENT;
  return { is: "value", value: values.flatMap((value) => (value.is === "value" ? [value.value] : [])) };
}

function madeOf(made: Operand, verdict: Verdict, view: View): Value {
  if (verdict === "satisfied") return evaluate(made, view);
  return verdict === "waits" ? WAITS : ABSENT;
}

/** Of the nodes that have a value the first to have ended; what is no node counts when no node has one. */
function winnerOf(of: Operand[], view: View): Value {
  const racers = of.filter((operand) => operand.kind === "node");
  const [winner] = racers
    .filter((racer) => evaluate(racer, view).is === "value")
    .sort((a, b) => view.placeOf(a.node) - view.placeOf(b.node));
  return winner ? evaluate(winner, view) : firstOf(of, view);
}

function firstOf(of: Operand[], view: View): Value {
  for (const operand of of) {
    const value = evaluate(operand, view);
    if (value.is !== "absent") return value;
  }
  return ABSENT;
}

function textOf(of: Operand[], view: View): Value {
  const values = of.map((operand) => ({ operand, value: evaluate(operand, view) }));
  if (values.some(({ value }) => value.is === "waits")) return WAITS;
  if (values.some(({ operand, value }) => value.is === "absent" && !mayBeMissing(operand))) return ABSENT;
  const parts = values.map(({ value }) => (value.is === "value" ? String(value.value) : ""));
  return { is: "value", value: parts.join("") };
}

/** Whether it may be missing without harm. */
export function mayBeMissing(operand: Operand): boolean {
  return operand.kind !== "constant" && operand.optional;
}

export function evaluate(operand: Operand, view: View): Value {
  switch (operand.kind) {
    case "constant":
      return known(operand.value);
    case "input":
      return known(ownField(view.input, operand.field));
    case "node": {
      const phase = view.phaseOf(operand.node);
      if (!ENDED.has(phase)) return WAITS;
      return phase === "succeeded" ? known(ownField(view.outputsOf(operand.node), operand.output)) : ABSENT;
    }
    case "list":
      return listOf(operand, view);
    case "made":
      return madeOf(operand.value, operand.by(view), view);
    case "pending":
      return WAITS;
    case "absent":
      return ABSENT;
    case "any":
      return firstOf(operand.of, view);
    case "first":
      return winnerOf(operand.of, view);
    case "text":
      return textOf(operand.of, view);
  }
}
