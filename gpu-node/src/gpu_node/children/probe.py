"""Asks handlers which engines they have here, in the process where they run."""

import inspect
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_node.engines.engine import Engine
from gpu_node.handlers.registry import Registry
from gpu_node.imports import importing

Await = Callable[[Awaitable[Any]], Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where engines are looked for."""

    models_dir: Path
    settings: Mapping[str, Any]


def probe(
    registry: Registry, node_types: Iterable[str], place: Place, wait: Await
) -> dict[str, Any]:
    """Engines by node type; a handler that cannot even be imported has none, and says why."""
    with importing():
        return {name: _of_type(registry, name, place, wait) for name in node_types}


def lacking(registry: Registry, node_type: str, reason: str) -> dict[str, Any]:
    """What is found where a type's handler could not be asked."""
    names = registry.node_types[node_type].engines
    rows = [Engine(name, False, "unknown", reason=reason).to_row() for name in names]
    return {"engines": rows, "reason": reason[:500]}


def _of_type(registry: Registry, name: str, place: Place, wait: Await) -> dict[str, Any]:
    try:
        engines = registry.engines(name, place.models_dir, place.settings)
        found: list[Engine] = wait(engines) if inspect.isawaitable(engines) else engines
        rows = [engine.to_row() for engine in found]
        return {"engines": rows, "checks": registry.check(name) is not None}
    except ModuleNotFoundError as error:
        package = (error.name or "").split(".")[0]
        return lacking(registry, name, f"the Python package {package} is not installed")
    except Exception as error:
        traceback.print_exc()
        return lacking(registry, name, f"{type(error).__name__}: {error}")
