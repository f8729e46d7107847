/** What fields a graph's input has, whether it refers to a shipped schema or lists named types. */
import { GRAPH_INPUTS } from "@myspinbot/contracts/graphs.ts";
import type { Graph } from "@myspinbot/contracts/types.ts";
import {
  clientTypeValidators,
  graphInputValidators,
  graphPartsValidators,
  namedTypeValidators,
  type Validator,
} from "@myspinbot/contracts/validators.js";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";
import { elementOf, listValidator } from "./list-types.ts";

export interface InputField {
  /** Name of a named type. */
  type: string;
  required: boolean;
}

export interface InputSpec {
  fields: Map<string, InputField>;
  /** The shipped schema, when there is one: it says more than the fields alone. */
  validator?: Validator;
  /** The same for some of the fields. */
  parts?: Validator;
  schema?: Record<string, unknown>;
}

const namedTypes: Readonly<Record<string, Validator>> = namedTypeValidators;
const clientTypes: Readonly<Record<string, Validator>> = clientTypeValidators;

/** The validator of a named type or a list of one, if there is one. */
export function namedType(name: string): Validator | undefined {
  return validatorOf(name, (element) => namedTypes[element]);
}

/** The validator of what a client gives for a named type: what is a reference comes as a file of theirs. */
export function clientType(name: string): Validator | undefined {
  return validatorOf(name, (element) => clientTypes[element]);
}

function validatorOf(name: string, find: (name: string) => Validator | undefined): Validator | undefined {
  const element = elementOf(name);
  if (element === undefined) return find(name);
  const validator = find(element);
  return validator && listValidator(validator);
}

/** Reads `graph.input`; problems have pointers into the graph. */
export function readInputSpec(graph: Pick<Graph, "input">): { spec: InputSpec; problems: FieldError[] } {
  const declared = graph.input ?? {};
  const { $ref, ...fields } = declared;
  return $ref === undefined ? fromFields(fields) : fromReference($ref, Object.keys(fields));
}

function fromReference($ref: string, others: string[]): { spec: InputSpec; problems: FieldError[] } {
  const problems = others.map((name) => ({
    pointer: `/input/${escapePointer(name)}`,
    detail: "cannot stand beside $ref",
  }));
  const shipped = GRAPH_INPUTS[$ref];
  const validator = graphInputValidators[$ref];
  const parts = graphPartsValidators[$ref];
  if (!shipped || !validator || !parts) {
    problems.push({
      pointer: "/input/$ref",
      detail: `is not a shipped schema; there are ${Object.keys(GRAPH_INPUTS).join(", ")}`,
    });
    return { spec: { fields: new Map() }, problems };
  }
  return {
    spec: { fields: new Map(Object.entries(shipped.fields)), validator, parts, schema: shipped.schema },
    problems,
  };
}

function fromFields(declared: Record<string, string>): { spec: InputSpec; problems: FieldError[] } {
  const fields = new Map<string, InputField>();
  const problems: FieldError[] = [];
  for (const [name, text] of Object.entries(declared)) {
    const required = !text.endsWith("?");
    const type = required ? text : text.slice(0, -1);
    if (namedType(type)) fields.set(name, { type, required });
    else
      problems.push({
        pointer: `/input/${escapePointer(name)}`,
        detail: `is not a named type; there are ${Object.keys(namedTypes).join(", ")}, and lists of them as Text[]`,
      });
  }
  return { spec: { fields }, problems };
}

/** JSON Schema of a run's input, for clients; fields of a named type say its name in `x-type`. */
export function inputSchema({ fields, schema }: InputSpec): Record<string, unknown> {
  if (schema) return schema;
  const required = Array.from(fields)
    .filter(([, field]) => field.required)
    .map(([name]) => name);
  const properties = Object.fromEntries(Array.from(fields, ([name, { type }]) => [name, { "x-type": type }]));
  return { type: "object", properties, required, additionalProperties: false };
}
