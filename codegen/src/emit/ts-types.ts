/** types.ts: one exported TypeScript type per title. */
import { type Declaration, type Field, type Shape, declarations } from "../shape.ts";
import type { Source } from "../source.ts";
import { BANNER, wrap } from "./text.ts";

export function emitTypes(source: Source): string {
  return [`/** ${BANNER} */`, ...declarations(source.titled).map(declaration)].join("\n\n") + "\n";
}

function declaration(type: Declaration): string {
  const head = comment(type.description, "");
  if ("shape" in type) return `${head}export type ${type.title} = ${typeText(type.shape)};`;
  return `${head}export interface ${type.title} {\n${type.fields.map(field).join("")}}`;
}

function field({ name, required, description, default: value, shape }: Field): string {
  const note = [description, value === undefined ? undefined : `Default: ${JSON.stringify(value)}.`];
  const head = comment(note.filter(Boolean).join(" ") || undefined, "  ");
  return `${head}  ${name}${required ? "" : "?"}: ${typeText(shape)};\n`;
}

function typeText(shape: Shape): string {
  switch (shape.kind) {
    case "any":
      return "unknown";
    case "integer":
      return "number";
    case "literals":
      return shape.values.map((value) => JSON.stringify(value)).join(" | ");
    case "reference":
      return shape.title;
    case "list":
      return `Array<${typeText(shape.item)}>`;
    case "map":
      return `Record<string, ${typeText(shape.value)}>`;
    case "union":
      return shape.members.map(typeText).join(" | ");
    default:
      return shape.kind;
  }
}

function comment(text: string | undefined, indent: string): string {
  if (!text) return "";
  const lines = wrap(text.replaceAll("*/", "* /"), 110);
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}\n`).join("")}${indent} */\n`;
}
