/** Checks a node that is a graph: that there is such a graph, and that it can stand where it does. */
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer, fieldErrors } from "../errors/field-errors.ts";
import { neededFields } from "./bound.ts";
import { checkConstantLists } from "./check-constant-lists.ts";
import { parseExpression, type Expression } from "./expressions.ts";
import { filePartsOf, isFileType } from "./file-types.ts";
import type { GraphAsNode } from "./flatten.ts";
import type { GraphCheckOptions, GraphContext } from "./graph-context.ts";
import { NO_GRAPHS, type InnerGraph } from "./inner-graphs.ts";
import { itemTypes } from "./item-types.ts";
import { elementOf } from "./list-types.ts";
import type { NodeTypes } from "./node-types.ts";
import { InvalidReference, parseReference } from "./references.ts";

/** What is said by the nodes of the graph, or means an attempt, which a graph has none of. */
const NOT_BESIDE = ["type", "params", "retry", "timeout_s", "pool", "engine", "tags"] as const;

/** As long as a node's id in a run may be, with its index behind it. */
const MOST_ID = { length: 146, parts: 7 };

/** One node that is a graph, and the graph that it is. */
interface Piece {
  context: GraphContext;
  node: GraphAsNode;
  inner: InnerGraph;
  /** Pointer to the node. */
  at: string;
}

export function checkPiece(
  context: GraphContext,
  node: GraphAsNode,
  at: string,
  { graphs = NO_GRAPHS, nodeTypes }: GraphCheckOptions,
): FieldError[] {
  const beside = NOT_BESIDE.filter((name) => node[name] !== undefined).map((name) => ({
    pointer: `${at}/${name}`,
    detail: "cannot stand beside graph: the nodes of that graph have their own",
  }));
  const inner = graphs.read(node.graph);
  if ("problem" in inner) return [...beside, { pointer: `${at}/graph`, detail: inner.problem }];
  const piece = { context, node, inner, at };
  return [
    ...beside,
    ...checkPlace(piece),
    ...checkNeeded(piece),
    ...constantProblems(piece),
    ...checkEngines(piece, nodeTypes),
  ];
}

function checkPlace({ context, node, inner, at }: Piece): FieldError[] {
  const problems: FieldError[] = [];
  const around = node.group === undefined ? undefined : context.graph.groups?.[node.group];
  const many = Object.entries(inner.graph.groups ?? {}).find(([, group]) => group.each ?? group.repeat);
  if (around && (around.each ?? around.repeat) && many)
    problems.push({
      pointer: `${at}/group`,
      detail: `the graph "${node.graph}" has the group "${many[0]}", whose nodes exist several times, so it cannot stand in a group that does the same`,
    });
  const tooLong = inner.graph.nodes.find(({ id }) => {
    const name = `${node.id}.${id}`;
    return name.length > MOST_ID.length || name.split(".").length > MOST_ID.parts;
  });
  if (tooLong)
    problems.push({
      pointer: `${at}/graph`,
      detail: `stands too deep: its node "${tooLong.id}" would have an id of more than ${MOST_ID.parts} parts or ${MOST_ID.length} characters`,
    });
  return problems;
}

/** Fields that its input leaves open, but one of its nodes needs. */
function checkNeeded({ node, inner, at }: Piece): FieldError[] {
  const needed = neededFields(inner.graph).filter(
    ({ field }) => !Object.hasOwn(node.inputs ?? {}, field) && !inner.input.fields.get(field)?.required,
  );
  return Array.from(new Map(needed.map(({ field, who }) => [field, who])), ([field, who]) => ({
    pointer: `${at}/inputs/${field}`,
    detail: `is missing, and the ${who} of the graph "${node.graph}" needs it`,
  }));
}

function readable(value: unknown): Expression | undefined {
  try {
    return parseExpression(value);
  } catch (error) {
    if (error instanceof InvalidReference) return undefined;
    throw error;
  }
}

/** What is wrong with a field is told once, by whoever sees it first. */
function constantProblems(piece: Piece): FieldError[] {
  const checks = [
    checkFiles(piece),
    checkConstants(piece),
    checkConstantLists(piece.node, piece.inner, piece.at),
  ];
  const fieldOf = ({ pointer }: FieldError): string =>
    pointer.slice(`${piece.at}/inputs`.length).split("/")[1]!;
  return checks.reduce((problems, found) => {
    const told = new Set(problems.map(fieldOf));
    return [...problems, ...found.filter((each) => !told.has(fieldOf(each)))];
  }, []);
}

/** A shipped schema says more of a field than its type; what comes from the run's input is checked with it. */
function checkConstants({ node, inner, at }: Piece): FieldError[] {
  const { validator, parts, fields } = inner.input;
  if (!validator || !parts) return [];
  const inputs = node.inputs ?? {};
  const constants = Object.fromEntries(
    Object.entries(inputs).flatMap(([name, value]) => {
      const expression = readable(value);
      const isFile = isFileType(fields.get(name)?.type ?? "");
      return expression?.kind === "constant" && !isFile ? [[name, expression.value]] : [];
    }),
  );
  const told = (problems: FieldError[]): FieldError[] =>
    problems.map(({ pointer, detail }) => ({ pointer: `${at}/inputs${pointer}`, detail }));
  const wrong = fieldErrors(parts, constants).filter(({ pointer }) => fields.has(firstOf(pointer)));
  if (wrong.length > 0) return told(wrong);
  // One of several fields may be enough, and may come from elsewhere; required ones are told with the ports.
  const missing = fieldErrors(validator, constants);
  const isOpen = missing.some(
    ({ pointer }) => Object.hasOwn(inputs, firstOf(pointer)) || fields.get(firstOf(pointer))?.required,
  );
  return isOpen ? [] : told(missing);
}

function firstOf(pointer: string): string {
  return pointer.split("/")[1] ?? "";
}

/** A node could write into its data what looks like another run's file, and so could an author. */
function checkFiles({ node, inner, at }: Piece): FieldError[] {
  return [...itemTypes(inner.graph)].flatMap(([field, items]) => {
    const files = [...items].flatMap(([name, type]) => {
      const element = elementOf(type) ?? type;
      return isFileType(element) || filePartsOf(element).length > 0 ? [name] : [];
    });
    const value = node.inputs?.[field];
    const expression = value === undefined ? undefined : readable(value);
    const pointer = `${at}/inputs/${escapePointer(field)}`;
    if (files.length === 0 || value === undefined || expression?.kind === "input") return [];
    if (expression?.kind === "constant") return filesInConstant(expression.value, files, pointer);
    return [
      {
        pointer,
        detail: "is a list with files in it, which comes from a field of the graph's input only",
      },
    ];
  });
}

function filesInConstant(list: unknown, names: readonly string[], pointer: string): FieldError[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((element: unknown, i) =>
    typeof element !== "object" || element === null
      ? []
      : names
          .filter((name) => Object.hasOwn(element, name))
          .map((name) => ({
            pointer: `${pointer}/${i}/${escapePointer(name)}`,
            detail: "comes from a field of the graph's input, not from a constant",
          })),
  );
}

/** Engines are matched before a run begins. */
function checkEngines({ node, inner, at }: Piece, nodeTypes: NodeTypes): FieldError[] {
  const found = new Map<string, FieldError>();
  for (const { engine, type } of inner.graph.nodes) {
    const chosen = parseReference(engine);
    const value = chosen.kind === "input" ? node.inputs?.[chosen.field] : undefined;
    if (chosen.kind !== "input" || value === undefined) continue;
    const pointer = `${at}/inputs/${chosen.field}`;
    const expression = readable(value);
    if (expression?.kind === "input") continue;
    const engines = ["auto", ...(nodeTypes.get(type)?.engines ?? [])];
    if (expression?.kind !== "constant")
      found.set(pointer, {
        pointer,
        detail: "chooses an engine, so it is a constant or a field of the graph's input",
      });
    else if (typeof expression.value === "string" && !engines.includes(expression.value))
      found.set(pointer, { pointer, detail: `is no engine of "${type}"; there are ${engines.join(", ")}` });
  }
  return [...found.values()];
}
