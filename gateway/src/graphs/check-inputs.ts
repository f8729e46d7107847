/** Checks the inputs of one graph node: each name, constant and reference against the node type's ports. */
import type { GraphNode } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import type { GraphContext } from "./graph-context.ts";
import { filePartsOf, isFileType } from "./file-types.ts";
import { namedType } from "./input-fields.ts";
import type { NodeType } from "./node-types.ts";
import { InvalidReference, parseReference, type Reference } from "./references.ts";

type Port = NodeType["inputs"][string];

/** `type` is undefined for an unknown node type: then only the references themselves are looked at. */
export function checkInputs(
  context: GraphContext,
  node: GraphNode,
  type: NodeType | undefined,
  at: string,
): FieldError[] {
  const inputs = node.inputs ?? {};
  const problems: FieldError[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    const pointer = `${at}/${escapePointer(name)}`;
    const port = portOf(type, name);
    if (type && !port)
      problems.push({
        pointer,
        detail: `"${type.type}" has no such input; it has ${Object.keys(type.inputs).join(", ") || "none"}`,
      });
    problems.push(...checkValue(context, value, port, pointer));
  }
  for (const [name, port] of Object.entries<Port>(type?.inputs ?? {})) {
    if (port.required && !Object.hasOwn(inputs, name))
      problems.push({ pointer: `${at}/${escapePointer(name)}`, detail: "is missing" });
  }
  return problems;
}

/** The problem of a reference to what does not exist, or the named type of what it points to. */
export function resolveReference(
  context: GraphContext,
  reference: Exclude<Reference, { kind: "constant" }>,
): { type?: string; problem?: string } {
  if (reference.kind === "input") {
    const field = context.input.fields.get(reference.field);
    return field ? { type: field.type } : { problem: `the graph's input has no field "${reference.field}"` };
  }
  if (!context.graph.nodes.some((node) => node.id === reference.node))
    return { problem: `there is no node "${reference.node}"` };
  const source = context.types.get(reference.node);
  if (!source) return {};
  const output = Object.hasOwn(source.outputs, reference.output)
    ? source.outputs[reference.output]
    : undefined;
  return output
    ? { type: output.type }
    : {
        problem: `"${source.type}" has no output "${reference.output}"; it has ${Object.keys(source.outputs).join(", ") || "none"}`,
      };
}

function portOf(type: NodeType | undefined, name: string): Port | undefined {
  return type && Object.hasOwn(type.inputs, name) ? type.inputs[name] : undefined;
}

function checkValue(
  context: GraphContext,
  value: unknown,
  port: Port | undefined,
  pointer: string,
): FieldError[] {
  let reference: Reference;
  try {
    reference = parseReference(value);
  } catch (error) {
    if (error instanceof InvalidReference) return [{ pointer, detail: error.message }];
    throw error;
  }
  if (reference.kind === "constant") return port ? checkConstant(reference.value, port, pointer) : [];
  const { type, problem } = resolveReference(context, reference);
  if (problem) return [{ pointer, detail: problem }];
  if (!port || type === undefined) return [];
  if (type !== port.type) return [{ pointer, detail: `is of type ${type}, but ${port.type} is needed` }];
  if (port.required && reference.optional)
    return [{ pointer, detail: "is a required input, which an optional reference may leave empty" }];
  return [];
}

function checkConstant(value: unknown, port: Port, pointer: string): FieldError[] {
  if (isFileType(port.type))
    return [
      {
        pointer,
        detail: `is of type ${port.type}, which comes from a node or from a field of the graph's input, not from a constant`,
      },
    ];
  const validator = namedType(port.type);
  const files = filePartsOf(port.type).filter(
    ({ field }) => typeof value === "object" && value !== null && field in value,
  );
  if (files.length > 0)
    return files.map(({ field }) => ({
      pointer: `${pointer}/${field}`,
      detail: "comes from a field of the graph's input, not from a constant",
    }));
  return validator ? fieldErrors(validator, value, pointer) : [];
}
