/** Checks that every output field of a graph points to an output that exists. */
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";
import type { GraphContext } from "./graph-context.ts";
import { resolveReference } from "./check-inputs.ts";
import { InvalidReference, parseReference } from "./references.ts";

export function checkOutput(context: GraphContext): FieldError[] {
  return Object.entries(context.graph.output).flatMap(([field, value]) => {
    const detail = problemOf(context, value);
    return detail ? [{ pointer: `/output/${escapePointer(field)}`, detail }] : [];
  });
}

function problemOf(context: GraphContext, value: string): string | undefined {
  try {
    const reference = parseReference(value);
    if (reference.kind !== "node") return "must be the output of a node";
    return resolveReference(context, reference).problem;
  } catch (error) {
    if (error instanceof InvalidReference) return error.message;
    throw error;
  }
}
