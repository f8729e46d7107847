"""How many notes a task may send."""

import asyncio
from typing import Any

from gpu_node.executor.notes import LOG_BURST, PROGRESS_EVERY_S, Notes


async def test_sends_the_first_at_once_and_the_last_when_the_node_ends() -> None:
    sent: list[tuple[str, str, dict[str, Any]]] = []
    notes = Notes(lambda *note: sent.append(note))
    for done in range(100):
        notes.progress("a", {"done": done})
    assert [data["done"] for _, _, data in sent] == [0]
    notes.ended("a")
    assert [data["done"] for _, _, data in sent] == [0, 99]
    notes.stop()


async def test_sends_what_waits_when_its_time_has_come() -> None:
    arrived = asyncio.Event()
    sent: list[int] = []

    def emit(_node: str, _kind: str, data: dict[str, Any]) -> None:
        sent.append(data["done"])
        if len(sent) == 3:
            arrived.set()

    notes = Notes(emit)
    begun = asyncio.get_running_loop().time()
    notes.progress("a", {"done": 1})
    notes.progress("a", {"done": 2})
    notes.progress("b", {"done": 3})
    await asyncio.wait_for(arrived.wait(), 5)
    # Two nodes share the rate of their task.
    assert asyncio.get_running_loop().time() - begun >= 2 * PROGRESS_EVERY_S * 0.9
    assert sent == [1, 2, 3]
    notes.stop()


async def test_counts_the_log_lines_that_it_drops() -> None:
    sent: list[str] = []
    notes = Notes(lambda _node, _kind, data: sent.append(data["message"]))
    for i in range(200):
        notes.log("a", {"level": "info", "message": f"line {i}"})
    notes.ended("a")
    assert len(sent) <= LOG_BURST + 2
    assert "dropped" in sent[-1]
