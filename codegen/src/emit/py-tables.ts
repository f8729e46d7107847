/** The Python modules that hold tables: wire, scripts, problem types, node types, configuration. */
import { bindings } from "../bindings.ts";
import { variables } from "../config.ts";
import { nodeTypes } from "../node-types.ts";
import type { Source } from "../source.ts";
import { pyHead, pyLiteral } from "./text.ts";
import { scriptTable } from "./ts-scripts.ts";

export function emitPyWire({ wire, titled }: Source): string {
  const constants: Record<string, [type: string, value: unknown]> = {
    DEFAULT_PREFIX: ["str", wire.prefix],
    GROUPS: ["dict[str, str]", wire.groups],
    POOLS: ["dict[str, str]", wire.pools],
    OWNERS: ["dict[str, str]", wire.owners],
    FIELDS: ["dict[str, list[str]]", wire.fields],
    PRIORITIES: ["list[str]", wire.priorities],
    RUN_STATUSES: ["list[str]", wire.runStatuses],
    TERMINAL_RUN_STATUSES: ["list[str]", wire.terminalRunStatuses],
    NODE_STATUSES: ["list[str]", wire.nodeStatuses],
    DEFAULTS: ["dict[str, int]", wire.defaults],
    EXECUTOR: ["dict[str, int]", wire.executor],
  };
  const lines = Object.entries(constants).map(
    ([name, [type, value]]) => `${name}: Final[${type}] = ${pyLiteral(value)}\n`,
  );
  return `${pyHead("Names and numbers that both sides of Redis share.")}import re
from typing import Final

${lines.join("")}
ID_PATTERN: Final = re.compile(r"${String(titled.get("Identifier")?.schema.pattern)}")
"""What an id of ours may look like."""
SHARD_PATTERN: Final = re.compile(r"${wire.shard.pattern}")
"""What a shard is called."""
`;
}

export function emitPyScripts(source: Source): string {
  const rows = Object.entries(scriptTable(source)).map(
    ([name, { sha1, source: text }]) =>
      `    "${name}": Script(\n        sha1="${sha1}",\n        source=${pyLiteral(text)},\n    ),\n`,
  );
  return `${pyHead("The steps of the protocol by name; steps.py calls them.")}from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Script:
    """One step of the protocol: its Lua text, and the digest by which Redis knows it."""

    sha1: str
    source: str


SCRIPTS: Final[dict[str, Script]] = {
${rows.join("")}}
`;
}

export function emitPyProblemTypes({ problemTypes }: Source): string {
  const rows = problemTypes.types.map(
    ({ code, title, status, class: kind }) =>
      `    "${code}": ProblemType(${JSON.stringify(title)}, ${status}, "${kind}"),\n`,
  );
  const codes = problemTypes.types.map(({ code }) => `    "${code}",\n`);
  return `${pyHead("The closed list of problem types.")}from dataclasses import dataclass
from typing import Final, Literal

PROBLEM_BASE: Final = ${JSON.stringify(problemTypes.base)}

ProblemClass = Literal["retryable", "permanent", "lost", "canceled", "deadline"]

ProblemCode = Literal[
${codes.join("")}]


@dataclass(frozen=True, slots=True)
class ProblemType:
    """What all problems of one code share."""

    title: str
    status: int
    problem_class: ProblemClass


PROBLEM_TYPES: Final[dict[ProblemCode, ProblemType]] = {
${rows.join("")}}
`;
}

export function emitPyNodeTypes(source: Source): string {
  const { fileTypes, fileParts } = bindings(source);
  const rows = nodeTypes(source).map(
    (type) => `    NodeType.from_dict(\n        ${pyLiteral(type, "        ")}\n    ),\n`,
  );
  return `${pyHead("Node types, one per file of schemas/nodes.")}from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output: the name of its type, and whether it must be there."""

    type: str
    required: bool
    chooses_engine: str | Mapping[str, str] | None = None
    """Which offers of an engine must have what the value, or a field of it, asks for."""


@dataclass(frozen=True, slots=True)
class NodeType:
    """What a plane knows about a node type."""

    type: str
    plane: str
    description: str
    timeout_s: float
    engines: tuple[str, ...]
    """In order of preference: \`auto\` takes the first that the executor has."""
    resources: Mapping[str, float]
    schema_digest: str
    """SHA-256 of the schema file's canonical JSON (RFC 8785); executors match by it."""
    inputs: Mapping[str, Port]
    outputs: Mapping[str, Port]
    param_defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    retry: Mapping[str, int] | None = None
    """Known to the driver alone, which decides about retries."""

    @staticmethod
    def from_dict(fields: Mapping[str, Any]) -> "NodeType":
        """The form in which extensions and the gateway write node types."""
        values: dict[str, Any] = {
            **fields,
            "engines": tuple(fields["engines"]),
            "inputs": {name: Port(**port) for name, port in fields["inputs"].items()},
            "outputs": {name: Port(**port) for name, port in fields["outputs"].items()},
        }
        return NodeType(**values)


_ALL: Final = (
${rows.join("")})

NODE_TYPES: Final[dict[str, NodeType]] = {node_type.type: node_type for node_type in _ALL}

FILE_TYPES: Final = frozenset(${pyLiteral(Object.keys(fileTypes))})
"""Named types whose values are artifact references; the gateway alone makes them out of what
clients bring."""

FILE_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
${Object.entries(fileParts)
  .map(
    ([name, parts]) =>
      `    "${name}": (${Object.keys(parts)
        .map((part) => `"${part}",`)
        .join(" ")}),\n`,
  )
  .join("")}}
"""Named types with references in fields, and these fields."""
`;
}

export function emitPyConfig(source: Source): string {
  const rows = Object.entries(variables(source, "GpuNodeConfig")).map(
    ([name, { env, fileEnv, type, list, secret, setting, required, description, default: value }]) =>
      `    "${name}": Variable(\n        env="${env}",\n        file_env=${pyLiteral(fileEnv)},\n        type="${type}",\n        is_list=${pyLiteral(list)},\n` +
      `        secret=${pyLiteral(secret)},\n        is_setting=${pyLiteral(setting)},\n        default=${pyLiteral(value)},\n        required=${pyLiteral(required)},\n` +
      `        description=${pyLiteral(description)},\n    ),\n`,
  );
  return `${pyHead("Environment variables of the gpu-node.")}from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable and how its text becomes a value."""

    env: str
    file_env: str | None
    """The variable that names a file with the value in it; None = none: the value is no secret."""
    type: Literal["string", "integer", "number", "boolean", "array"]
    is_list: bool
    """One text with commas between strings."""
    secret: bool
    is_setting: bool
    """Handed to handlers as it is, which alone know what it means."""
    default: str | int | float | bool | list[str] | None
    """None = none."""
    required: bool
    description: str


GPU_NODE_ENV: Final[dict[str, Variable]] = {
${rows.join("")}}
`;
}
