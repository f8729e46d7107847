"""How many notes a task may send."""

from typing import Any

from passing_clock import PassingClock

from gpu_node.contracts.wire import EXECUTOR
from gpu_node.executor.notes import LOG_BURST, PREVIEW_EVERY_S, PROGRESS_EVERY_S, Notes


async def test_sends_the_first_at_once_and_the_last_when_the_node_ends() -> None:
    sent: list[tuple[str, str, dict[str, Any]]] = []
    notes = Notes(lambda *note: sent.append(note), PassingClock())
    for done in range(100):
        notes.progress("a", {"done": done})
    assert [data["done"] for _, _, data in sent] == [0]
    notes.ended("a")
    assert [data["done"] for _, _, data in sent] == [0, 99]
    notes.stop()


async def test_sends_what_waits_when_its_time_has_come() -> None:
    sent: list[int] = []
    clock = PassingClock()
    notes = Notes(lambda _node, _kind, data: sent.append(data["done"]), clock)
    notes.progress("a", {"done": 1})
    notes.progress("a", {"done": 2})
    notes.progress("b", {"done": 3})
    # Two nodes share the rate of their task.
    for expected in ([1, 2], [1, 2, 3]):
        clock.let_pass(PROGRESS_EVERY_S * 0.9)
        assert sent == expected[:-1]
        clock.let_pass(PROGRESS_EVERY_S * 0.1)
        assert sent == expected
    notes.stop()


async def test_keeps_a_curve_beside_a_picture() -> None:
    sent: list[str] = []
    clock = PassingClock()
    notes = Notes(lambda _node, _kind, data: sent.append(data["base64"]), clock)
    for n in range(3):
        notes.preview("a", {"media_type": "application/json", "base64": f"curve {n}"})
        notes.preview("a", {"media_type": "image/jpeg", "base64": f"picture {n}"})
    assert sent == ["curve 0"]
    clock.let_pass(PREVIEW_EVERY_S)
    assert sent == ["curve 0", "picture 2"]
    notes.ended("a")
    assert sent == ["curve 0", "picture 2", "curve 2"]
    notes.stop()


async def test_forgets_what_waits_when_it_is_stopped() -> None:
    sent: list[int] = []
    clock = PassingClock()
    notes = Notes(lambda _node, _kind, data: sent.append(data["done"]), clock)
    notes.progress("a", {"done": 1})
    notes.progress("a", {"done": 2})
    notes.stop()
    clock.let_pass(60)
    assert sent == [1]


async def test_counts_the_log_lines_that_it_drops() -> None:
    sent: list[str] = []
    clock = PassingClock()
    notes = Notes(lambda _node, _kind, data: sent.append(data["message"]), clock)
    for i in range(200):
        notes.log("a", {"level": "info", "message": f"line {i}"})
    assert len(sent) == LOG_BURST
    clock.let_pass(1)
    for i in range(20):
        notes.log("a", {"level": "info", "message": f"later {i}"})
    assert sent[int(LOG_BURST)] == "150 log lines were dropped"
    assert sent[int(LOG_BURST) + 1 :] == [f"later {i}" for i in range(EXECUTOR["log_lines_per_s"])]
    notes.ended("a")
    assert sent[-1] == f"{20 - EXECUTOR['log_lines_per_s']} log lines were dropped"
