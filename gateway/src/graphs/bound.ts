/** What a value within a graph that stands in another comes from: what was given to it, through all graphs around. */
import type { FlatGraph, FlatGroup } from "@myspinbot/contracts/types.ts";
import { isForm, type Expression } from "./expressions.ts";
import { parseFlat, type FlatExpression } from "./flat-expressions.ts";

type Groups = Pick<FlatGraph, "groups">;

/** undefined: nobody gives it. */
export function boundTo(graph: Groups, expression: FlatExpression): Expression | undefined {
  if (isForm(expression)) {
    const of = expression.of.flatMap((part) => boundTo(graph, part) ?? []);
    return of.length === 0 ? undefined : { kind: expression.kind, of };
  }
  if (expression.kind !== "given") return expression;
  const given = graph.groups![expression.piece]!.piece!.inputs[expression.field];
  const bound = given === undefined ? undefined : boundTo(graph, parseFlat(given));
  if (!bound || isForm(bound) || bound.kind === "constant") return bound;
  return { ...bound, optional: expression.optional };
}

/** The group and those around it, from within. */
export function chainIn(graph: Groups, id: string | undefined): [id: string, group: FlatGroup][] {
  const group = id === undefined ? undefined : graph.groups?.[id];
  return group ? [[id!, group], ...chainIn(graph, group.group)] : [];
}

/** The group by which what stands in this one exists several times. */
export function manyIn(graph: Groups, id: string | undefined): string | undefined {
  return chainIn(graph, id).find(([, { each, repeat }]) => each !== undefined || repeat)?.[0];
}

/** Fields of the run's input without which something has no value, with what needs them, and fields that nobody gives. */
export function neededFields(graph: FlatGraph): { field: string; who: string }[] {
  const groups = Object.entries(graph.groups ?? {}).flatMap(([id, { each, repeat, piece }]) => {
    const begun = Object.values(repeat?.carry ?? {}).map(({ init }) => init);
    const who = piece ? `node "${id}"` : `group "${id}"`;
    return [each, ...begun, ...Object.values(piece?.inputs ?? {})].map((value) => ({ value, who }));
  });
  const nodes = graph.nodes.flatMap(({ id, engine, inputs }) =>
    [engine, ...Object.values(inputs ?? {})].map((value) => ({ value, who: `node "${id}"` })),
  );
  return [...groups, ...nodes].flatMap(({ value, who }) => {
    const bound = boundTo(graph, parseFlat(value));
    return bound ? inputsIn(bound).map((field) => ({ field, who })) : [];
  });
}

/** Alternatives go on without theirs. */
function inputsIn(expression: Expression): string[] {
  if (isForm(expression)) return expression.kind !== "text" ? [] : expression.of.flatMap(inputsIn);
  return expression.kind === "input" && !expression.optional ? [expression.field] : [];
}
