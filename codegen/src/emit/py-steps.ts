/** steps.py: a typed caller for each step of the protocol, so that nobody counts KEYS and ARGV. */
import type { Source } from "../source.ts";
import type { Group, Head, Indexed, Value } from "../script-head.ts";
import { isPlain, keyParts, listTypes, parametersOf, type Kind } from "../step-parameters.ts";
import { pyHead, toPascal, toSnake, wrap } from "./text.ts";

export function emitPySteps({ scripts }: Source): string {
  const items = [...listTypes(scripts)].map(([name, fields]) => {
    const lines = Object.entries(fields).map(([field, type]) => `    ${field}: ${pyType(type)}\n`);
    return `\n\n@dataclass(frozen=True, slots=True)\nclass ${toPascal(name)}:\n${lines.join("")}`;
  });
  const steps = [...scripts.steps].map(([name, { head }]) => caller(name, head));
  return `${pyHead("The steps of the protocol: what each takes and answers, as its head in schemas/redis says.")}from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from gpu_node.contracts.keys import Keys

Text = str | bytes
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Step(Generic[Answer]):
    """One call of a step, ready for EVALSHA. Strings in its answer are bytes."""

    script: str
    keys: list[str]
    arguments: list[Text | int]


def _counted(arguments: list[Text | int]) -> list[Text | int]:
    """How many there are, and then they: so steps that take several calls at once know each."""
    return [len(arguments), *arguments]
${items.join("")}${steps.join("")}`;
}

function caller(name: string, head: Head): string {
  const keyed = keyParts(head);
  const fields = [...parametersOf(head)].map(
    ([field, kind]) => `    ${field}: ${keyed.has(field) ? "str" : pyParameter(kind)},\n`,
  );
  const { type, about } = head.answer;
  const values_ = values(head.args).join(", ");
  return `

def ${toSnake(name)}(
    keys: Keys,
    *,
${fields.join("")}) -> Step[${head.isMany ? "list[Any]" : pyAnswer(head.answer.type)}]:
    """${wrap(head.about, 90).join("\n    ")}

    Answers ${wrap(about ? `${type}: ${about}` : type, 90).join("\n    ")}.
    """
    return Step(
        "${name}",
        [${values(head.keys).join(", ")}],
        ${head.isMany ? `_counted([${values_}])` : `[${values_}]`},
    )
`;
}

function values({ fixed, groups }: Indexed): string[] {
  return [...fixed.map(expression), ...groups.map(spread)];
}

function spread({ list, variables, values }: Group): string {
  if (isPlain({ list, variables, values })) return `*${list}`;
  const source = variables.length === 2 ? `${list}.items()` : list;
  const [only, ...more] = values.map(expression);
  if (more.length === 0) return `*(${only} for ${variables.join(", ")} in ${source})`;
  return `*(part for ${variables.join(", ")} in ${source} for part in (${[only, ...more].join(", ")}))`;
}

function expression(value: Value): string {
  switch (value.kind) {
    case "value":
      return value.field === undefined ? value.name : `${value.name}.${value.field}`;
    case "count":
      return `len(${value.list})`;
    case "key": {
      const parts = value.parts.map(({ name, text }) => (text === undefined ? name : JSON.stringify(text)));
      return `keys.${value.isChannel ? "channel_" : ""}${toSnake(value.family)}(${parts.join(", ")})`;
    }
  }
}

function pyParameter(kind: Kind): string {
  if (kind.kind === "one") return pyType(kind.type);
  if (kind.kind === "map") return "Mapping[str, Text]";
  return `Sequence[${kind.item === undefined ? "str" : toPascal(kind.item)}]`;
}

/** Names of keys are text; what is only passed on may be bytes. */
function pyType(type: string): string {
  if (type === "int") return "int";
  if (type === "string") return "Text";
  return `Literal[${type.replaceAll(" |", ",").replaceAll("'", '"')}]`;
}

function pyAnswer(type: string): string {
  const simple: Record<string, string> = { string: "bytes", number: "int" };
  if (Object.hasOwn(simple, type)) return simple[type]!;
  const words = type.split(" | ");
  if (!words.every((word) => /^('\w+'|-?\d+)$/.test(word))) return "list[Any]";
  return `Literal[${words.map((word) => (word.startsWith("'") ? `b"${word.slice(1, -1)}"` : word)).join(", ")}]`;
}
