/** Checks the groups of a graph: that they have members, and go over lists of what they say. */
import type { GraphGroup } from "@myspinbot/contracts/types.ts";
import type { FieldError } from "../errors/app-error.ts";
import { escapePointer } from "../errors/field-errors.ts";
import { checkLoop } from "./check-loop.ts";
import { filePartsOf, isFileType } from "./file-types.ts";
import type { GraphContext } from "./graph-context.ts";
import { namedType } from "./input-fields.ts";
import { elementOf } from "./list-types.ts";
import { resolveReference } from "./reference-types.ts";
import { InvalidReference, parseReference } from "./references.ts";

/** What every group has anyway. */
const OWN_FIELDS: ReadonlySet<string> = new Set(["index", "item"]);

export function checkGroups(context: GraphContext): FieldError[] {
  const { graph } = context;
  const ids = new Set(graph.nodes.map(({ id }) => id));
  const strays = graph.nodes.flatMap(({ group }, index) =>
    group === undefined || Object.hasOwn(graph.groups ?? {}, group)
      ? []
      : [{ pointer: `/nodes/${index}/group`, detail: `there is no group "${group}"` }],
  );
  const problems = Object.entries(graph.groups ?? {}).flatMap(([id, group]) => {
    const pointer = `/groups/${escapePointer(id)}`;
    if (id === "input")
      return [{ pointer, detail: '"input" means the input of the run and cannot name a group' }];
    if (ids.has(id)) return [{ pointer, detail: `"${id}" names a node and a group` }];
    if (!graph.nodes.some((node) => node.group === id)) return [{ pointer, detail: "has no members" }];
    if (group.repeat) return checkLoop(context, id, group.repeat, `${pointer}/repeat`);
    return group.each === undefined ? [] : checkEach(context, id, group, pointer);
  });
  return [...strays, ...problems];
}

function checkEach(context: GraphContext, id: string, group: GraphGroup, pointer: string): FieldError[] {
  const at = `${pointer}/each`;
  try {
    const reference = parseReference(group.each);
    if (reference.kind === "constant") return [{ pointer: at, detail: "must be a reference to a list" }];
    const { type, problem } = resolveReference(context, reference, undefined);
    if (problem) return [{ pointer: at, detail: problem }];
    const element = type === undefined ? undefined : elementOf(type);
    if (type !== undefined && element === undefined)
      return [{ pointer: at, detail: `is of type ${type}, but a list is needed, as ${type}[]` }];
    return checkItem(group, element, reference.kind === "input", pointer);
  } catch (error) {
    if (error instanceof InvalidReference) return [{ pointer: at, detail: error.message }];
    throw error;
  }
}

function checkItem(
  { item = {} }: GraphGroup,
  element: string | undefined,
  isInput: boolean,
  pointer: string,
): FieldError[] {
  const fields = Object.entries(item);
  if (fields.length > 0 && element !== undefined && element !== "Json")
    return [
      { pointer: `${pointer}/item`, detail: `its elements are of type ${element}, which has no fields` },
    ];
  return fields.flatMap(([name, text]) => {
    const at = `${pointer}/item/${escapePointer(name)}`;
    const type = text.replace(/\?$/, "");
    if (OWN_FIELDS.has(name))
      return [{ pointer: at, detail: `"${name}" is there anyway and cannot be declared` }];
    if (!namedType(type)) return [{ pointer: at, detail: "is not a named type" }];
    // A node could write into its data what looks like another run's file.
    const element = elementOf(type) ?? type;
    if ((isFileType(element) || filePartsOf(element).length > 0) && !isInput)
      return [
        { pointer: at, detail: "comes from a list of the graph's input only, or from a list of files" },
      ];
    return [];
  });
}
