"""A handler's process is canceled, and called again, whatever was said to it before."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from gpu_node.children.child import Child
from gpu_node.children.failures import DiedIdle, UnexpectedFailure
from gpu_node.children.framing import Message
from gpu_node.children.limits import Limits
from gpu_node.children.line import Asked, OnWord
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


class Told:
    """A process that is called, and the kinds of what it is asked."""

    def __init__(self, child: Child, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.child = child
        self.kinds: list[object] = []
        self._folder = folder
        self._ask = child._line.ask
        monkeypatch.setattr(child._line, "ask", self._note)

    def work(self, node_type: str, **params: object) -> Call:
        return call(node_type, self._folder, **params)

    async def run(self, work: Call, on_began: Callable[[], None] = lambda: None) -> object:
        done = await self.child.call(work, lambda *_: None, lambda: 0.0, nothing, on_began=on_began)
        return done.outputs["text"]

    def _note(self, message: Message, on_word: OnWord) -> Asked:
        self.kinds.append(message["kind"])
        return self._ask(message, on_word)


@pytest.fixture
def told(child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(child, tmp_path, monkeypatch)


@pytest.mark.parametrize("node_type", ["test_async", "test_process"])
async def test_what_was_laid_ready_begins_at_a_word(told: Told, node_type: str) -> None:
    behind = told.work(node_type, text="behind")
    first = told.work(node_type, text="first")
    assert await told.run(first, on_began=lambda: told.child.lay(behind)) == "first"
    # It is there already.
    told.child.lay(behind)
    assert await told.run(behind) == "behind"
    assert told.kinds == ["call", "begin"]


async def test_another_call_takes_away_what_was_laid_ready(told: Told) -> None:
    laid, other = [told.work("test_process", text=text) for text in ("laid", "other")]
    told.child.lay(laid)
    assert [await told.run(work) for work in (other, laid)] == ["other", "laid"]
    assert told.kinds == ["call", "call"]


async def test_what_is_wrong_with_what_was_laid_ready_is_told_when_it_begins(told: Told) -> None:
    unknown = told.work("unknown")
    told.child.lay(unknown)
    with pytest.raises(UnexpectedFailure):
        await told.run(unknown)
    assert await told.run(told.work("test_process", text="next")) == "next"


async def test_what_was_laid_ready_has_not_begun_when_its_process_dies(told: Told) -> None:
    behind = told.work("test_process")
    told.child.lay(behind)
    os.kill(told.child.pid, signal.SIGKILL)
    with pytest.raises(DiedIdle):
        await told.run(behind)


async def test_a_cancel_of_what_was_laid_ready_counts(told: Told) -> None:
    behind = told.work("test_process", do="wait", sleep_s=60)
    told.child.lay(behind)
    told.child._aside.say({"kind": "cancel", "id": 1})
    with pytest.raises(Canceled):
        await told.run(behind)
