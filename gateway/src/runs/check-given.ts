/** Checks what of a run's input is handed to graphs within its graph, where their schemas say more than types do. */
import type { FieldError } from "../errors/app-error.ts";
import { fieldErrors } from "../errors/field-errors.ts";
import { boundTo } from "../graphs/bound.ts";
import type { RunnableGraph } from "../graphs/catalogue.ts";
import { parseFlat } from "../graphs/flat-expressions.ts";
import type { InputSpec } from "../graphs/input-fields.ts";

type Input = Record<string, unknown>;

export function checkGiven(accepted: RunnableGraph, input: Input): FieldError[] {
  if (accepted.within.size === 0) return [];
  const found = [...accepted.within].flatMap(([piece, spec]) => checkPiece(accepted, piece, spec, input));
  return [...new Map(found.map((error) => [`${error.pointer} ${error.detail}`, error])).values()];
}

/** Only what comes straight from the input; what nodes make is not known yet. */
function checkPiece(
  { graph }: RunnableGraph,
  piece: string,
  { parts }: InputSpec,
  input: Input,
): FieldError[] {
  if (!parts) return [];
  const fields = Object.entries(graph.groups![piece]!.piece!.inputs).flatMap(([name, value]) => {
    const bound = boundTo(graph, parseFlat(value));
    return bound?.kind === "input" && Object.hasOwn(input, bound.field) ? [{ name, field: bound.field }] : [];
  });
  const given = Object.fromEntries(fields.map(({ name, field }) => [name, input[field]]));
  return fieldErrors(parts, given).flatMap(({ pointer, detail }) => {
    const at = fields.find(({ name }) => pointer === `/${name}` || pointer.startsWith(`/${name}/`));
    return at ? [{ pointer: `/input/${at.field}${pointer.slice(at.name.length + 1)}`, detail }] : [];
  });
}
