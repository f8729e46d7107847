"""Which input values point to bytes: those on ports of file types. Whatever else looks like a
reference is data that somebody wrote."""

from collections.abc import Mapping
from typing import Any

from gpu_node.contracts.node_types import Port

Ref = dict[str, Any]

FILE_TYPES = frozenset({"Image", "Audio", "Video", "Data", "Phones", "VisemeTrack", "Landmarks"})
"""Named types whose values are references; the gateway alone makes them out of what clients
bring."""
_PARTS = {"Voice": ("clip",)}
"""Named types with references in fields."""


def find_refs(ports: Mapping[str, Port], values: Mapping[str, Any]) -> list[Ref]:
    """The references among a node's input values, which have been checked against `ports`."""
    found: list[Ref] = []
    for name, value in values.items():
        kind = ports[name].type
        if kind in FILE_TYPES:
            found.append(value)
        found += [value[part] for part in _PARTS.get(kind, ()) if part in value]
    return found
