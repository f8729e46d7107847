"""Which input values point to bytes: those on ports of file types. Whatever else looks like a
reference is data that somebody wrote."""

from collections.abc import Mapping
from typing import Any

from gpu_node.contracts.node_types import FILE_PARTS, FILE_TYPES, Port

Ref = dict[str, Any]


def find_refs(ports: Mapping[str, Port], values: Mapping[str, Any]) -> list[Ref]:
    """The references among a node's input values, which have been checked against `ports`."""
    found: list[Ref] = []
    for name, value in values.items():
        kind = ports[name].type
        if kind in FILE_TYPES:
            found.append(value)
        found += [value[part] for part in FILE_PARTS.get(kind, ()) if part in value]
    return found
