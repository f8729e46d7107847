/** The schema files as package data, and a table of what is where in them. */
import { PARTS } from "../node-types.ts";
import type { Source } from "../source.ts";
import { validatorTables } from "../validators.ts";
import { pyHead, toSnake } from "./text.ts";

export function emitPySchemaFiles(source: Source): Map<string, string> {
  return new Map(source.files.map(({ path, schema }) => [path, `${JSON.stringify(schema, null, 1)}\n`]));
}

export function emitPySchemaIndex(source: Source): string {
  const refs = [...source.titled.values()].sort((a, b) => (a.title < b.title ? -1 : 1));
  const rows = refs.map(({ title, ref }) => `    "${toSnake(title)}": "${ref}",\n`);
  const nodeTypes = validatorTables(source).nodeTypes.map(
    ({ type, titles }) =>
      `    "${type}": {\n${PARTS.map((port) => `        "${port}": "${toSnake(titles[port])}",\n`).join("")}    },\n`,
  );
  return `${pyHead("Which schema describes what.")}from typing import Final

FILES: Final = (
${source.files.map(({ path }) => `    "${path}",\n`).join("")})
"""Schema files in this package's folder schemas/."""

SCHEMA_REFS: Final[dict[str, str]] = {
${rows.join("")}}
"""A type's name in snake_case -> reference of its schema."""

NODE_TYPE_SCHEMAS: Final[dict[str, dict[str, str]]] = {
${nodeTypes.join("")}}
"""Node type -> names of the schemas of its params, inputs and outputs."""
`;
}
