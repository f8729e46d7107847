/** What an expression of a graph comes from in a run: by index within a group, by list from outside. */
import type { Predicate } from "@myspinbot/contracts/types.ts";
import { isForm } from "../graphs/expressions.ts";
import { parseFlat, type FlatExpression } from "../graphs/flat-expressions.ts";
import { holds, operandsOf } from "../graphs/predicates.ts";
import { causesOf, instancesOf, isHandledIn, piecesIn, placeBy, type Expander } from "./expander.ts";
import { verdictOf } from "./graph-model.ts";
import { fieldOf, stateOfEach, type GroupState, type Place } from "./groups.ts";
import { stateOfRepeat } from "./loops.ts";
import { evaluate, mayBeMissing, type Operand, type Verdict, type View } from "./operands.ts";
import { chainOf, type PlannedGroup, type PlannedNode } from "./planned.ts";

export function stateOf(expander: Expander, group: PlannedGroup): GroupState {
  const before = expander.states.get(group.id);
  if (before) return before;
  const state = stateBefore(expander, group) ?? stateInside(expander, group);
  expander.states.set(group.id, state);
  return state;
}

/** Where a group stands that stands in pieces which have not begun. */
function stateBefore(expander: Expander, group: PlannedGroup): GroupState | undefined {
  const gates = chainOf(group).flatMap((each) => (each.piece ? expander.entryOf(each, undefined) : []));
  const verdict = verdictOf(gates, expander.view);
  return verdict === "satisfied" ? undefined : { is: verdict };
}

function stateInside(expander: Expander, group: PlannedGroup): GroupState {
  return group.repeat
    ? stateOfLoop(expander, group, group.repeat.until)
    : stateOfEach(group.each!, resolve(expander, group.each!.list, undefined), expander.view);
}

function stateOfLoop(expander: Expander, group: PlannedGroup, until: Predicate): GroupState {
  const { view } = expander;
  const culprits = group.members.flatMap(({ id }) => (isHandledIn(expander, id, group) ? [] : [id]));
  const pieces = piecesIn(expander, group);
  const at = (index: number): Place => ({ group, index, item: undefined });
  return stateOfRepeat(group, {
    view,
    hasFailed: (index) =>
      culprits.some((id) => view.phaseOf(`${id}.${index}`) === "failed") ||
      pieces.some((each) => expander.lackOf(each, at(index))(view) !== undefined),
    judge: (index) => judgeOf(expander, until, at(index))(view),
  });
}

/** Judges a condition: it waits until all that it looks at has ended. */
export function judgeOf(
  expander: Expander,
  predicate: Predicate,
  place: Place | undefined,
): (view: View) => Verdict {
  const operands = new Map(
    operandsOf(predicate).map(({ value }) => [value, resolve(expander, parseFlat(value), place)]),
  );
  return (view) => {
    const values = new Map([...operands].map(([key, operand]) => [key, evaluate(operand, view)]));
    if ([...values.values()].some(({ is }) => is === "waits")) return "waits";
    const valueOf = (key: unknown) => {
      const value = values.get(key)!;
      return value.is === "value" ? value.value : undefined;
    };
    return holds(predicate, valueOf) ? "satisfied" : "impossible";
  };
}

/** What exists several times, as a reference reads it. */
interface Made {
  many: PlannedGroup;
  /** Its nodes. */
  nodes: PlannedNode[];
  piece: PlannedGroup | undefined;
  at(place: Place): Operand;
}

/** A reference of somebody outside to what exists per element of a list. */
function listOperand(expander: Expander, { many, nodes, piece, at }: Made, optional: boolean): Operand {
  const state = stateOf(expander, many);
  if (state.is === "waits") return { kind: "pending", optional };
  if (state.is === "impossible") return { kind: "absent", optional };
  const causes = many.each!.skips ? [] : nodes.flatMap((node) => causesOf(expander, node));
  const needed = [...new Set(causes)].flatMap((id) => instancesOf(id, state));
  const places = state.items.map((item, index) => ({ group: many, index, item }));
  const isAsked = piece && !many.each!.skips && !isHandledIn(expander, piece.id, many);
  const lacks = isAsked ? places.map((place) => expander.lackOf(piece, place)) : [];
  return { kind: "list", of: places.map(at), needed, lacks, optional };
}

/** A reference of somebody outside to what a loop makes: nothing before it has closed, then what its last iteration made. */
function lastOperand(expander: Expander, { many, at }: Made, optional: boolean): Operand {
  const state = stateOf(expander, many);
  if (state.is !== "known" || state.loop === "unmet") return { kind: "absent", optional };
  if (state.loop === "open") return { kind: "pending", optional };
  return marked(at({ group: many, index: state.items.length - 1, item: undefined }), optional);
}

/** With the mark of who reads it. */
function marked(operand: Operand, optional: boolean): Operand {
  return operand.kind === "constant" ? operand : { ...operand, optional };
}

function carriedOf(expander: Expander, field: string, optional: boolean, place: Place): Operand | undefined {
  const carry = place.group.repeat?.carry.get(field);
  if (!carry) return undefined;
  const operand =
    place.index === 0
      ? resolve(expander, carry.init, undefined)
      : resolve(expander, carry.next, { ...place, index: place.index - 1 });
  return marked(operand, optional);
}

type Reference<K> = Extract<FlatExpression, { kind: K }>;

function givenOf(
  expander: Expander,
  { piece: name, field, optional }: Reference<"given">,
  place: Place | undefined,
): Operand {
  const { piece, many } = expander.plan.groups.get(name)!;
  const given = piece!.inputs.get(field);
  if (!given) return { kind: "absent", optional };
  return marked(resolve(expander, given, placeBy(many, place)), optional);
}

/** An output of a node, of a piece, or a field of the group that the reader stands in. */
function madeOf(expander: Expander, reference: Reference<"node">, place: Place | undefined): Operand {
  const { node: name, output, optional } = reference;
  const { byId, groups } = expander.plan;
  const node = byId.get(name);
  const piece = node ? undefined : groups.get(name);
  if (!node && !piece?.piece) {
    if (place?.group.id !== name) throw new Error(`there is neither a node nor a group ${name} here`);
    return carriedOf(expander, output, optional, place) ?? fieldOf(output, optional, place);
  }
  const many = (node ?? piece)!.many;
  const at = (there: Place | undefined): Operand => {
    if (piece) return marked(expander.madeBy(piece, output, there), optional);
    return there ? { ...reference, node: `${name}.${there.index}` } : reference;
  };
  if (!many || many === place?.group) return at(placeBy(many, place));
  const made = { many, nodes: node ? [node] : piece!.members, piece, at };
  return (many.each ? listOperand : lastOperand)(expander, made, optional);
}

/** @param place of the member in which the expression stands */
export function resolve(expander: Expander, expression: FlatExpression, place: Place | undefined): Operand {
  if (isForm(expression)) {
    const of = expression.of.map((part) => {
      const operand = resolve(expander, part, place);
      // What a graph was given is there when it begins: no racer, though a node made it.
      if (expression.kind !== "first" || isForm(part) || part.kind !== "given") return operand;
      return { kind: "any" as const, of: [operand], optional: mayBeMissing(operand) };
    });
    const optional = expression.kind !== "text" && mayBeMissing(of.at(-1)!);
    return { kind: expression.kind, of, optional };
  }
  if (expression.kind === "given") return givenOf(expander, expression, place);
  return expression.kind === "node" ? madeOf(expander, expression, place) : expression;
}
