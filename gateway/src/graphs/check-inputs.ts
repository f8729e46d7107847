/** Checks the inputs of one graph node: each name, constant, reference and form against the node type's ports. */
import type { GraphNode } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import { formProblems, isForm, isOptional, parseExpression, type Expression } from "./expressions.ts";
import { filePartsOf, isFileType } from "./file-types.ts";
import { isGraphAsNode } from "./flatten.ts";
import type { GraphContext } from "./graph-context.ts";
import type { Ports } from "./inner-graphs.ts";
import { namedType } from "./input-fields.ts";
import { elementOf } from "./list-types.ts";
import { isApproval } from "./node-place.ts";
import { resolveReference } from "./reference-types.ts";

type Port = Ports["inputs"][string];

/** Where a value stands. */
interface Place {
  context: GraphContext;
  group: string | undefined;
}

/** `type` is undefined for an unknown node type: then only the references themselves are looked at. */
export function checkInputs(
  context: GraphContext,
  node: GraphNode,
  type: Ports | undefined,
  at: string,
): FieldError[] {
  const values = Object.entries(node.inputs ?? {}).flatMap(([name, value]) =>
    checkValue({ context, group: node.group }, value, portOf(type, name), `${at}/${escapePointer(name)}`),
  );
  return [...values, ...(type ? checkNames(node.inputs, type, at) : [])];
}

/** Whether what a node is given are inputs of its type, and all that this needs. */
export function checkNames(inputs: GraphNode["inputs"] = {}, type: Ports, at: string): FieldError[] {
  const known = Object.keys(type.inputs).join(", ") || "none";
  const strange = Object.keys(inputs).filter((name) => !portOf(type, name));
  const missing = Object.entries<Port>(type.inputs).filter(
    ([name, { required }]) => required && !Object.hasOwn(inputs, name),
  );
  const problem = (name: string, detail: string) => ({ pointer: `${at}/${escapePointer(name)}`, detail });
  return [
    ...strange.map((name) => problem(name, `"${type.type}" has no such input; it has ${known}`)),
    ...missing.map(([name]) => problem(name, "is missing")),
  ];
}

function portOf(type: Ports | undefined, name: string): Port | undefined {
  return type && Object.hasOwn(type.inputs, name) ? type.inputs[name] : undefined;
}

/** Problems of a value for a port; without one only its references are looked at. */
export function checkValue(
  place: Place,
  value: unknown,
  port: Port | undefined,
  pointer: string,
): FieldError[] {
  const misshapen = formProblems(value, pointer);
  if (misshapen.length > 0) return misshapen;
  const expression = parseExpression(value);
  const problems = checkExpression(place, expression, port?.type, pointer);
  if (problems.length > 0 || !port?.required || !isOptional(expression)) return problems;
  return [{ pointer, detail: "is a required input, which an optional reference may leave empty" }];
}

function checkExpression(
  place: Place,
  expression: Expression,
  wanted: string | undefined,
  pointer: string,
): FieldError[] {
  if (isForm(expression)) return checkForm(place, expression, wanted, pointer);
  if (expression.kind === "constant")
    return wanted === undefined ? [] : checkConstant(expression.value, wanted, pointer);
  const { type, problem } = resolveReference(place.context, expression, place.group);
  if (problem) return [{ pointer, detail: problem }];
  if (wanted === undefined || type === undefined || type === wanted) return [];
  return [{ pointer, detail: `is of type ${type}, but ${wanted} is needed` }];
}

const IN_TEXT: ReadonlySet<string> = new Set(["Text", "Number", "Boolean"]);

function checkForm(
  place: Place,
  { kind, of }: Extract<Expression, { of: unknown }>,
  wanted: string | undefined,
  pointer: string,
): FieldError[] {
  const at = (i: number) => `${pointer}/$${kind}/${i}`;
  if (kind === "first")
    return of.flatMap((part, i) => {
      const problem = racerProblem(place, part, i === of.length - 1);
      return problem ? [{ pointer: at(i), detail: problem }] : checkExpression(place, part, wanted, at(i));
    });
  if (kind === "any") return of.flatMap((part, i) => checkExpression(place, part, wanted, at(i)));
  const problems = of.flatMap((part, i) => checkTextPart(place, part, at(i)));
  if (wanted !== undefined && wanted !== "Text")
    problems.push({ pointer, detail: `is of type Text, but ${wanted} is needed` });
  return problems;
}

/** Single nodes race: of a list or a loop nobody could say when it was there. The last may be what is taken without any. */
function racerProblem({ context, group }: Place, part: Expression, isLast: boolean): string | undefined {
  if (isForm(part))
    return "is a form; only outputs of nodes race, and a constant or an input may be the last";
  const { graph } = context;
  const node = part.kind === "node" ? graph.nodes.find(({ id }) => id === part.node) : undefined;
  if (node && isApproval(node)) return "is decided by a person, and does not race; a node behind it could";
  // It has ended with the last of its nodes, and there is nothing that could be called back as one.
  if (node && isGraphAsNode(node))
    return "is made by a graph; only outputs of single nodes race, and one behind it could";
  if (node?.group !== undefined && node.group !== group) {
    const { each, repeat } = graph.groups?.[node.group] ?? {};
    const what = each === undefined ? repeat && "the last of a loop" : "a list";
    if (what) return `is ${what}; only outputs of single nodes race, and one that joins it could`;
  }
  if (node || isLast || (part.kind === "node" && !Object.hasOwn(graph.groups ?? {}, part.node)))
    return undefined;
  return "is there at once and would always be first: it may only be the last, for when none of the others comes";
}

function checkTextPart(place: Place, part: Expression, pointer: string): FieldError[] {
  if (isForm(part)) return checkForm(place, part, part.kind === "text" ? "Text" : undefined, pointer);
  if (part.kind === "constant")
    return ["string", "number", "boolean"].includes(typeof part.value)
      ? []
      : [{ pointer, detail: "must be a text, a number, a boolean or a reference" }];
  const { type, problem } = resolveReference(place.context, part, place.group);
  if (problem) return [{ pointer, detail: problem }];
  return type === undefined || IN_TEXT.has(type)
    ? []
    : [{ pointer, detail: `is of type ${type}, which is no part of a text` }];
}

function checkConstant(value: unknown, type: string, pointer: string): FieldError[] {
  const element = elementOf(type);
  if (isFileType(element ?? type))
    return [
      {
        pointer,
        detail: `is of type ${type}, which comes from a node or from a field of the graph's input, not from a constant`,
      },
    ];
  const validator = namedType(type);
  const files = filesIn(element ?? type, value, pointer);
  if (files.length > 0) return files;
  return validator ? fieldErrors(validator, value, pointer) : [];
}

/** Files in fields of a constant, or of its elements. */
function filesIn(type: string, value: unknown, pointer: string): FieldError[] {
  if (Array.isArray(value)) return value.flatMap((item, i) => filesIn(type, item, `${pointer}/${i}`));
  if (typeof value !== "object" || value === null) return [];
  return filePartsOf(type)
    .filter(({ field }) => field in value)
    .map(({ field }) => ({
      pointer: `${pointer}/${field}`,
      detail: "comes from a field of the graph's input, not from a constant",
    }));
}
