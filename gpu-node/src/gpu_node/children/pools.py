"""The two pools of handler processes: for those that compute, and for those that wait for
services."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gpu_node.children.breaker import Breaker
from gpu_node.children.places import Places
from gpu_node.children.pool import ChildPool
from gpu_node.children.probe import lacking
from gpu_node.children.resources import Resources
from gpu_node.children.settings import ChildSettings
from gpu_node.handlers.registry import Kind, Registry
from gpu_node.metrics import Metrics

WAITERS = 8
"""Calls of services at once; their processes are started when they are needed."""


class Pools:
    """Each handler runs where its kind belongs, and is asked for its engines there."""

    def __init__(
        self,
        registry: Registry,
        settings: ChildSettings,
        places: Places,
        *,
        metrics: Metrics,
        breaker: Breaker,
        resources: Resources,
    ) -> None:
        self._registry = registry
        named = (name for each in registry.node_types.values() for name in each.engines)
        settings = replace(settings, engines={*settings.engines, *named})
        self.computing = ChildPool(settings, places, metrics, breaker=breaker, hold=resources.held)
        # Those that wait for services may speak to them; their calls take no short place of others.
        online = replace(settings, limits=replace(settings.limits, network=True))
        places = Places(WAITERS, places.long_count, places.clock)
        self.waiting = ChildPool(online, places, metrics, breaker=breaker, hold=resources.held)

    async def close(self) -> None:
        """Kill all processes."""
        await asyncio.gather(self.computing.close(), self.waiting.close())

    def of(self, kind: Kind) -> ChildPool:
        """The pool of a kind of handlers."""
        return self.computing if kind == "process" else self.waiting

    async def probe(self, models_dir: Path, node_types: Sequence[str]) -> dict[str, Any]:
        """Engines by node type, each handler asked where it will run: one that waits for a service
        may ask it."""
        named: dict[Kind, list[str]] = {}
        for name in node_types:
            named.setdefault(self._registry.kind(name), []).append(name)
        asked = [self.of(kind).probe(models_dir, names) for kind, names in named.items()]
        found: dict[str, Any] = {}
        for part in await asyncio.gather(*asked):
            found |= part
        return {
            name: row if "engines" in row else lacking(self._registry, name, row["reason"])
            for name, row in found.items()
        }
