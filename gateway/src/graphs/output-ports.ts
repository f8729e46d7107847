/** What a graph makes, as a node of another graph: the named type of each field of its output. */
import { isForm, isOptional, parseExpression, type Expression } from "./expressions.ts";
import type { GraphContext } from "./graph-context.ts";
import type { Ports } from "./inner-graphs.ts";
import { resolveReference } from "./reference-types.ts";

const TYPE_OF: Record<string, string> = { string: "Text", number: "Number", boolean: "Boolean" };

export function outputPorts(context: GraphContext): Ports["outputs"] {
  return Object.fromEntries(
    Object.entries(context.graph.output).map(([field, value]) => {
      const expression = parseExpression(value);
      return [field, { type: typeOf(context, expression) ?? "Json", required: !isOptional(expression) }];
    }),
  );
}

/** The first that can be said: alternatives are of one type, or nobody can use them. */
function typeOf(context: GraphContext, expression: Expression): string | undefined {
  if (isForm(expression)) {
    if (expression.kind === "text") return "Text";
    return expression.of.map((part) => typeOf(context, part)).find((type) => type !== undefined);
  }
  return expression.kind === "constant"
    ? TYPE_OF[typeof expression.value]
    : resolveReference(context, expression).type;
}
