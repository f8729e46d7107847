/** Checks a loop of a graph: its condition, and what an iteration hands to the next. */
import type { GraphGroup } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";
import { checkValue } from "./check-inputs.ts";
import { checkPredicate } from "./check-predicate.ts";
import { readableReferences } from "./expressions.ts";
import type { GraphContext } from "./graph-context.ts";
import { holds, operandsOf } from "./predicates.ts";
import { resolveReference } from "./reference-types.ts";
import { parseReference } from "./references.ts";

type Loop = NonNullable<GraphGroup["repeat"]>;

export function checkLoop(context: GraphContext, group: string, loop: Loop, pointer: string): FieldError[] {
  const carried = Object.entries(loop.carry ?? {}).flatMap(([name, carry]) => {
    const at = `${pointer}/carry/${escapePointer(name)}`;
    if (name === "index") return [{ pointer: at, detail: '"index" is there anyway and cannot be declared' }];
    return checkCarry(context, group, carry, at);
  });
  const looked = checkPredicate({ context, group }, loop.until, `${pointer}/until`);
  return [...looked, ...(looked.length > 0 ? [] : neverMet(group, loop, `${pointer}/until`)), ...carried];
}

/** A condition over constants and the index alone is known for all iterations: one has to meet it. */
function neverMet(group: string, { max, until, else: otherwise }: Loop, pointer: string): FieldError[] {
  const index = `$${group}.index`;
  const isKnown = operandsOf(until).every(
    ({ value }) => value === index || parseReference(value).kind === "constant",
  );
  if (otherwise === "last" || !isKnown) return [];
  const valueAt = (k: number) => (value: unknown) => {
    const reference = parseReference(value);
    return reference.kind === "constant" ? reference.value : k;
  };
  if (Array.from({ length: max }).some((_, k) => holds(until, valueAt(k)))) return [];
  return [
    { pointer, detail: `holds after none of ${max} iterations, which have the indices 0 to ${max - 1}` },
  ];
}

function checkCarry(
  context: GraphContext,
  group: string,
  { init, next }: NonNullable<Loop["carry"]>[string],
  at: string,
): FieldError[] {
  const isMember = (id: string) => context.graph.nodes.some((node) => node.id === id && node.group === group);
  const source = parseReference(next);
  if (source.kind !== "node" || !isMember(source.node))
    return [{ pointer: `${at}/next`, detail: `must be an output of a node of the group "${group}"` }];
  const { problem } = resolveReference(context, source, group);
  if (problem) return [{ pointer: `${at}/next`, detail: problem }];
  if (readableReferences([init]).some((reference) => reference.kind === "node" && isMember(reference.node)))
    return [
      { pointer: `${at}/init`, detail: "comes from outside the group: its nodes have made nothing yet" },
    ];
  const made = context.types.get(source.node)?.outputs[source.output];
  return checkValue({ context, group: undefined }, init, made && { ...made, required: true }, `${at}/init`);
}
