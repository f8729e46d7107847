"""A call as the handler's process has it: nothing is missing but its begin."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gpu_node.handlers.run_context import Call, RunContext


@dataclass(frozen=True, slots=True)
class Work:
    """What is called, and with what."""

    call_id: int
    call: Call
    run: Callable[..., Any]
    context: RunContext


class Laid:
    """The call that was given last to begin at a word; put by one thread, taken by another."""

    def __init__(self) -> None:
        self._there = threading.Condition()
        self._call_id = -1
        self._work: Callable[[], Work] | None = None

    def put(self, call_id: int, work: Callable[[], Work]) -> None:
        """In the place of another, if there is one."""
        with self._there:
            self._call_id, self._work = call_id, work
            self._there.notify()

    def take(self, call_id: int) -> Work:
        """It was sent before the word, and may be heard behind it."""
        with self._there:
            while self._call_id != call_id:
                self._there.wait()
            work, self._work = self._work, None
        if work is None:
            raise RuntimeError("it was taken before")
        return work()
