"""A handler's process is canceled, and called again, whatever was said to it before."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gpu_node.children.child import Child
from gpu_node.children.limits import Limits
from gpu_node.children.settings import ChildSettings
from gpu_node.clock import SystemClock
from gpu_node.errors import Canceled
from gpu_node.handlers.run_context import Call
from gpu_node.metrics import Metrics

EXTENSION = Path(__file__).parents[1] / "executor" / "extension.py"
LIMITS = Limits("off", network=False, memory_mb=0, cpu_s=0, file_mb=0, open_files=0)


@pytest_asyncio.fixture
async def child() -> AsyncIterator[Child]:
    settings = ChildSettings(str(EXTENSION), dict(os.environ), LIMITS, 60.0)
    child = await Child.start(settings, Metrics(), SystemClock())
    yield child
    await child.kill()


def call(node_type: str, folder: Path, **params: object) -> Call:
    return Call(
        "run", "task", "s0", "n", 1, node_type, "test", str(folder), str(folder), {}, None, "o",
        params, {}, {},
    )  # fmt: skip


async def nothing() -> None:
    """There is always a place for long work."""


@pytest.mark.parametrize("node_type", ["test_async", "test_process"])
async def test_a_cancel_that_comes_before_its_call_counts(
    child: Child, tmp_path: Path, node_type: str
) -> None:
    child._aside.say({"kind": "cancel", "id": 1})
    work = call(node_type, tmp_path, do="wait", sleep_s=60)
    with pytest.raises(Canceled):
        await child.call(work, lambda *_: None, lambda: 0.0, nothing)
    # It was that one alone.
    done = await child.call(
        call(node_type, tmp_path, text="next"), lambda *_: None, lambda: 0.0, nothing
    )
    assert done.outputs == {"text": "next"}


@pytest.mark.parametrize("node_type", ["test_async", "test_process"])
async def test_a_process_is_called_again_as_soon_as_its_handler_has_returned(
    child: Child, tmp_path: Path, node_type: str
) -> None:
    behind: list[asyncio.Task[object]] = []
    began: list[int] = []

    def call_next() -> None:
        work = child.call(
            call(node_type, tmp_path, text="second"),
            lambda *_: None,
            lambda: 0.0,
            nothing,
            on_began=lambda: began.append(2),
        )
        behind.append(asyncio.create_task(work))

    first = await child.call(
        call(node_type, tmp_path, text="first"),
        lambda *_: None,
        lambda: 0.0,
        nothing,
        on_began=lambda: began.append(1),
        on_returned=call_next,
    )
    second = await behind[0]
    assert first.outputs == {"text": "first"}
    assert second.outputs == {"text": "second"}  # type: ignore[attr-defined]
    assert began == [1, 2]


@pytest.mark.parametrize("node_type", ["test_async", "test_process"])
async def test_a_process_that_has_not_listened_for_long_hears_of_its_cancel(
    child: Child, tmp_path: Path, node_type: str
) -> None:
    loop, began = asyncio.get_running_loop(), asyncio.Event()

    def grace_s() -> float:
        # It listens again behind the cancel.
        loop.call_soon(os.kill, child.pid, signal.SIGCONT)
        return 20.0

    work = call(node_type, tmp_path, do="wait", sleep_s=60)
    called = asyncio.create_task(
        child.call(work, lambda *_: None, grace_s, nothing, on_began=began.set)
    )
    await began.wait()
    os.kill(child.pid, signal.SIGSTOP)
    for _ in range(2_000):
        child.beat()
    called.cancel()
    with pytest.raises(asyncio.CancelledError):
        await called
    # Who has heard of a cancel is kept.
    assert child.is_alive
    after = call(node_type, tmp_path, text="next")
    done = await child.call(after, lambda *_: None, lambda: 0.0, nothing)
    assert done.outputs == {"text": "next"}
