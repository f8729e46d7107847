"""Engines are asked again, and what has changed is told."""

import asyncio
from typing import Any

from passing_clock import PassingClock, settle

from gpu_node.executor.capabilities import Capabilities
from gpu_node.executor.prober import Prober
from gpu_node.handlers.registry import load_registry

EVERY_S = 60.0


class Engines:
    """Two node types whose engines a test switches, and what has been heard of them."""

    def __init__(self) -> None:
        self.here = {"align_speech": True, "upscale_image": True}
        self.asked: list[list[str]] = []
        self.is_broken = False
        self.changes: asyncio.Queue[None] = asyncio.Queue()
        self.capabilities = Capabilities(load_registry(""))
        self.clock = PassingClock()
        self.prober = Prober(
            self.probe,
            self.capabilities,
            EVERY_S,
            on_change=lambda: self.changes.put_nowait(None),
            clock=self.clock,
        )

    async def probe(self, node_types: list[str]) -> dict[str, Any]:
        self.asked.append(node_types)
        if self.is_broken:
            raise OSError("no process")
        rows = {name: [{"name": "energy", "available": here}] for name, here in self.here.items()}
        return {name: {"engines": rows[name]} for name in node_types if name in rows}

    def available(self, node_type: str) -> bool:
        row = next(row for row in self.capabilities.rows() if row["type"] == node_type)
        return row["engines"][0]["available"]


async def test_a_failure_is_looked_into_and_the_change_is_told() -> None:
    engines = Engines()
    running = asyncio.create_task(engines.prober.run())
    await engines.prober.now()
    await engines.changes.get()
    engines.here["align_speech"] = False
    engines.prober.ask(["align_speech"])
    await engines.changes.get()
    assert engines.asked[-1] == ["align_speech"]
    assert (engines.available("align_speech"), engines.available("upscale_image")) == (False, True)
    engines.here["align_speech"] = True
    await engines.prober.now()
    await engines.changes.get()
    assert engines.available("align_speech")
    await engines.prober.now()
    assert engines.changes.empty()
    running.cancel()


async def test_all_are_asked_again_and_again() -> None:
    engines = Engines()
    running = asyncio.create_task(engines.prober.run())
    await settle()
    engines.clock.let_pass(EVERY_S - 1)
    await settle()
    assert engines.asked == []
    engines.clock.let_pass(1)
    await engines.changes.get()
    engines.here["upscale_image"] = False
    await settle()
    engines.clock.let_pass(EVERY_S)
    await engines.changes.get()
    assert not engines.available("upscale_image")
    assert set(engines.asked[-1]) == set(engines.capabilities.registry.node_types)
    running.cancel()


async def test_what_was_known_stays_while_nobody_can_be_asked() -> None:
    engines = Engines()
    running = asyncio.create_task(engines.prober.run())
    await engines.prober.now()
    engines.is_broken = True
    await engines.prober.now()
    assert engines.available("align_speech")
    engines.is_broken = False
    await engines.prober.now()
    assert len(engines.asked) == 3
    running.cancel()
