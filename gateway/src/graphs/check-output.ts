/** Checks that every output field of a graph points to an output that exists. */
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";
import { checkValue } from "./check-inputs.ts";
import { formProblems, parseExpression, referencesIn } from "./expressions.ts";
import type { GraphContext } from "./graph-context.ts";

export function checkOutput(context: GraphContext): FieldError[] {
  return Object.entries(context.graph.output).flatMap(([field, value]) => {
    const pointer = `/output/${escapePointer(field)}`;
    const misshapen = formProblems(value, pointer);
    if (misshapen.length > 0) return misshapen;
    if (!referencesIn(parseExpression(value)).some(({ kind }) => kind === "node"))
      return [{ pointer, detail: "must be the output of a node" }];
    return checkValue({ context, group: undefined }, value, undefined, pointer);
  });
}
