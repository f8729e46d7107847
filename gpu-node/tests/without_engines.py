"""An extension that takes the engines that we ship from a box: to look for them takes half of its
start, and most tests of processes ask for none."""

from typing import Any

from gpu_node.contracts import node_types
from gpu_node.handlers.registry import Registry

_engines_of = Registry.engines


def _of_extensions(registry: Registry, node_type: str, *where: Any) -> Any:
    if node_type in node_types.NODE_TYPES:
        raise ModuleNotFoundError("A test does without.", name=node_type)
    return _engines_of(registry, node_type, *where)


Registry.engines = _of_extensions  # type: ignore[method-assign]
