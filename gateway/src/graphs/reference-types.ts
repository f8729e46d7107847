/** What a reference points to, seen from where it stands: its named type, or why there is no such thing. */
import type { GraphContext } from "./graph-context.ts";
import { elementOf } from "./list-types.ts";
import { parseReference, type Reference } from "./references.ts";

type Resolved = { type?: string; problem?: string };

/** @param group of the node in which the reference stands */
export function resolveReference(
  context: GraphContext,
  reference: Exclude<Reference, { kind: "constant" }>,
  group?: string,
): Resolved {
  if (reference.kind === "input") {
    const field = context.input.fields.get(reference.field);
    return field ? { type: field.type } : { problem: `the graph's input has no field "${reference.field}"` };
  }
  const { node: name, output } = reference;
  const node = context.graph.nodes.find(({ id }) => id === name);
  if (!node) return groupField(context, name, output, group);
  const source = context.types.get(name);
  if (!source) return {};
  const port = Object.hasOwn(source.outputs, output) ? source.outputs[output] : undefined;
  if (!port)
    return {
      problem: `"${source.type}" has no output "${output}"; it has ${Object.keys(source.outputs).join(", ") || "none"}`,
    };
  const isList = node.group !== undefined && node.group !== group && isEach(context, node.group);
  if (!isList) return { type: port.type };
  return elementOf(port.type) === undefined
    ? { type: `${port.type}[]` }
    : {
        problem: `"${name}" makes a list per element of the group "${node.group}", and there are no lists of lists`,
      };
}

function isEach({ graph }: GraphContext, group: string): boolean {
  return graph.groups?.[group]?.each !== undefined;
}

/** The named type of what a group goes over, if that can be said. */
function listTypeOf(context: GraphContext, group: string): string | undefined {
  const each = Object.hasOwn(context.graph.groups ?? {}, group)
    ? context.graph.groups![group]!.each
    : undefined;
  if (each === undefined) return undefined;
  const reference = parseReference(each);
  return reference.kind === "constant" ? undefined : resolveReference(context, reference).type;
}

/** What an iteration sees of the one before it has the type of the member's output that it comes from. */
function carriedField(context: GraphContext, group: string, field: string): Resolved {
  const carry = context.graph.groups?.[group]?.repeat?.carry ?? {};
  if (!Object.hasOwn(carry, field)) {
    const there = ["index", ...Object.keys(carry)].join(", ");
    return { problem: `the group "${group}" has no field "${field}"; it has ${there}` };
  }
  const next = parseReference(carry[field]!.next);
  const isMember = next.kind === "node" && context.graph.nodes.some(({ id }) => id === next.node);
  const type = isMember ? resolveReference(context, next, group).type : undefined;
  return type === undefined ? {} : { type };
}

function groupField(context: GraphContext, name: string, field: string, group: string | undefined): Resolved {
  const groups = context.graph.groups ?? {};
  if (!Object.hasOwn(groups, name)) return { problem: `there is no node "${name}"` };
  const { each, repeat, item = {} } = groups[name]!;
  if (each === undefined && !repeat)
    return { problem: `"${name}" is a group without each or repeat, which has no fields` };
  if (name !== group)
    return { problem: `"${name}" is a group, whose fields are there for its own nodes only` };
  if (field === "index") return { type: "Number" };
  if (repeat) return carriedField(context, name, field);
  if (Object.hasOwn(item, field)) return { type: item[field]!.replace(/\?$/, "") };
  if (field !== "item") {
    const there = ["index", "item", ...Object.keys(item)].join(", ");
    return { problem: `the group "${name}" has no field "${field}"; it has ${there}` };
  }
  const type = elementOf(listTypeOf(context, name) ?? "");
  return type === undefined ? {} : { type };
}
