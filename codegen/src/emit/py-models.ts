/** models.py: one Pydantic model per title, the typed view of what the gate has let through. */
import { type Declaration, type Field, type Shape, declarations } from "../shape.ts";
import type { Source } from "../source.ts";
import { BANNER, pyLiteral, wrap } from "./text.ts";

const HEAD = `"""The shapes of the contract as Pydantic models. ${BANNER}

An optional field without default is \`MISSING\` when absent: it is not dumped, because the contract has no nulls.
Test with \`is not MISSING\`; \`MISSING\` is true as a boolean.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import MISSING, BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Refuses unknown fields; names that Python reserves end in an underscore and keep theirs on the wire."""

    model_config = ConfigDict(
        # A process uses few of the models, and each child starts with an import.
        defer_build=True,
        extra="forbid",
        protected_namespaces=(),
        serialize_by_alias=True,
        validate_by_alias=True,
        validate_by_name=True,
    )
`;

/** Python's keywords that can name a field. */
const RESERVED = new Set([
  "and",
  "as",
  "assert",
  "async",
  "await",
  "break",
  "class",
  "continue",
  "def",
  "del",
  "elif",
  "else",
  "except",
  "finally",
  "for",
  "from",
  "global",
  "if",
  "import",
  "in",
  "is",
  "lambda",
  "nonlocal",
  "not",
  "or",
  "pass",
  "raise",
  "return",
  "try",
  "while",
  "with",
  "yield",
]);

export function emitModels(source: Source): string {
  return [HEAD, ...declarations(source.titled).map(declaration)].join("\n\n");
}

function declaration(type: Declaration): string {
  const doc = type.description;
  if ("shape" in type) {
    return `${type.title} = ${typeText(type.shape)}\n${doc ? docstring(doc, "") : ""}`;
  }
  const body = [doc ? docstring(doc, "    ") : "", ...type.fields.map(field)].filter(Boolean);
  return `class ${type.title}(Model):\n${body.join("") || "    pass\n"}`;
}

function field({ name, required, description, default: value, shape }: Field): string {
  const type = typeText(shape);
  const doc = description ? docstring(description, "    ") : "";
  const reserved = RESERVED.has(name);
  // `alias=` alone would make the reserved word the name of the constructor's argument.
  const options = reserved ? [`validation_alias="${name}"`, `serialization_alias="${name}"`] : [];
  if (value !== undefined)
    options.unshift(
      mutable(value) ? `default_factory=lambda: ${pyLiteral(value, "    ")}` : `default=${pyLiteral(value)}`,
    );
  else if (!required) options.unshift("default=MISSING");
  const whole = required || value !== undefined ? type : `${type} | MISSING`;
  return `    ${fieldName(name)}: ${whole}${options.length ? ` = Field(${options.join(", ")})` : ""}\n${doc}`;
}

function fieldName(name: string): string {
  return RESERVED.has(name) ? `${name}_` : name;
}

function mutable(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function typeText(shape: Shape): string {
  switch (shape.kind) {
    case "any":
      return "Any";
    case "string":
      return "str";
    case "number":
      return "float";
    case "integer":
      return "int";
    case "boolean":
      return "bool";
    case "literals":
      return `Literal[${shape.values.map((value) => pyLiteral(value)).join(", ")}]`;
    case "reference":
      return shape.title;
    case "list":
      return `list[${typeText(shape.item)}]`;
    case "map":
      return `dict[str, ${typeText(shape.value)}]`;
    case "union": {
      const union = shape.members.map(typeText).join(" | ");
      return shape.tag ? `Annotated[${union}, Field(discriminator="${fieldName(shape.tag)}")]` : union;
    }
  }
}

function docstring(text: string, indent: string): string {
  const lines = wrap(text.replaceAll("\\", "\\\\").replaceAll('"""', "'''"), 90);
  if (lines.length === 1 && !lines[0]?.endsWith('"')) return `${indent}"""${lines[0]}"""\n`;
  return `${indent}"""${lines.join(`\n${indent}`)}\n${indent}"""\n`;
}
