/** keys.py: the only functions in Python that spell a key, a channel or the path of an object. */
import type { Source } from "../source.ts";
import { parseTemplate } from "../template.ts";
import { pyHead, toSnake } from "./text.ts";

export function emitPyKeys({ wire }: Source): string {
  const keys = Object.entries(wire.keys).map(([name, { template, type }]) =>
    method(toSnake(name), template, type),
  );
  const channels = Object.entries(wire.channels).map(([name, { template, message }]) =>
    method(`channel_${toSnake(name)}`, template, message),
  );
  const objects = Object.entries(wire.objects).map(([name, template]) => objectKey(name, template));
  return `${pyHead("Builders of all names in Redis and of paths in the object store.")}import re
from typing import Final

_PART: Final = re.compile(r"[A-Za-z0-9_.|:%-]{1,200}")
"""Safe in a key: no space, no brace that would move the hash tag, nothing that SCAN or ACLs take as a pattern."""
_SEGMENT: Final = re.compile(r"(?!\\.+$)[A-Za-z0-9_.-]{1,200}")
_SHARD: Final = re.compile(r"${wire.shard.pattern.replace(/^\^|\$$/g, "")}")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_ID: Final = re.compile(r"[a-z]+_(s[0-9]{1,4})_[A-Za-z0-9]+")


def _checked(pattern: re.Pattern[str], name: str, value: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"not a safe {name} for a key: {value[:80]!r}")
    return value


def _part(name: str, value: str) -> str:
    return _checked(_PART, name, value)


def _segment(name: str, value: str) -> str:
    return _checked(_SEGMENT, name, value)


def _shard(value: str) -> str:
    return _checked(_SHARD, "shard", value)


def shard_of_id(text: str) -> str:
    """The shard that an id names, as in \`run_s0_01J...\`; empty, which no method takes, if it names none."""
    match = _ID.fullmatch(text)
    return match.group(1) if match else ""


def object_name(name: str) -> str:
    """A name as the last part of an object's path, which can hold less than a name may."""
    safe = _UNSAFE.sub("_", name)[:120]
    return safe if safe.strip(".") else "file"


class Keys:
    """An empty last argument gives the prefix of a family of keys, where the name ends with that argument."""

    def __init__(self, prefix: str) -> None:
        self._prefix = _part("prefix", prefix)

${[...keys, ...channels].join("\n")}

${objects.join("\n\n")}`;
}

function method(name: string, template: string, doc: string): string {
  const { placeholders } = parseTemplate(template);
  const args = ["self", ...placeholders.map((placeholder) => `${placeholder}: str`)];
  return `    def ${name}(${args.join(", ")}) -> str:\n        """${doc}"""\n        return ${format(template, "_part")}\n`;
}

function objectKey(name: string, template: string): string {
  const args = parseTemplate(template).placeholders.map((placeholder) => `${placeholder}: str`);
  return `def object_key_${toSnake(name)}(${args.join(", ")}) -> str:\n    """Path in the bucket."""\n    return ${format(template, "_segment")}\n`;
}

function format(template: string, check: "_part" | "_segment"): string {
  const { parts, open } = parseTemplate(template);
  const text = parts.map((part, index) => {
    // The braces of a hash tag, inside a format string.
    if (typeof part === "string") return part.replaceAll("{", "{{").replaceAll("}", "}}");
    if (part.name === "prefix") return "{self._prefix}";
    if (part.name === "shard") return "{_shard(shard)}";
    const checked = `${check}('${part.name}', ${part.name})`;
    const family = check === "_part" && open && index === parts.length - 1;
    return family ? `{${part.name} and ${checked}}` : `{${checked}}`;
  });
  return `f"${text.join("")}"`;
}
