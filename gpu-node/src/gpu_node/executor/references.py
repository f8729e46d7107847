"""Which input values point to bytes: those on ports of file types. Whatever else looks like a
reference is data that somebody wrote."""

from collections.abc import Mapping
from typing import Any

from gpu_node.contracts.node_types import FILE_PARTS, FILE_TYPES, Port

Ref = dict[str, Any]

_LIST = "[]"
"""Behind the name of a type: a list of its values."""


def find_refs(ports: Mapping[str, Port], values: Mapping[str, Any]) -> list[Ref]:
    """The references among a node's input values, which have been checked against `ports`."""
    return [ref for name, value in values.items() for ref in _refs_of(ports[name].type, value)]


def _refs_of(kind: str, value: Any) -> list[Ref]:
    if kind.endswith(_LIST):
        return [ref for item in value for ref in _refs_of(kind.removesuffix(_LIST), item)]
    if kind in FILE_TYPES:
        return [value]
    return [value[part] for part in FILE_PARTS.get(kind, ()) if part in value]
