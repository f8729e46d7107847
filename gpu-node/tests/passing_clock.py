"""A clock that stands still until a test lets time pass: what falls due by that is done at once."""

import asyncio
from collections.abc import Callable


class PassingClock:
    """A Clock (gpu_node.clock). Where it jumps, whoever sleeps lets the time pass at once."""

    def __init__(self, *, jumps: bool = False) -> None:
        self.passed = 0.0
        self._jumps = jumps
        self._waiting: list[tuple[float, Callable[[], object]]] = []

    def elapsed(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        if self._jumps:
            self.let_pass(seconds)
            return
        due = asyncio.Event()
        call_off = self.after(seconds, due.set)
        try:
            await due.wait()
        finally:
            call_off()

    def after(self, seconds: float, work: Callable[[], object]) -> Callable[[], None]:
        one = (self.passed + seconds, work)
        self._waiting.append(one)
        return lambda: self._waiting.remove(one) if one in self._waiting else None

    def let_pass(self, seconds: float) -> None:
        """In the order in which things fall due; what is put off meanwhile may fall due, too."""
        until = self.passed + seconds
        while due := [one for one in self._waiting if one[0] <= until]:
            one = min(due, key=lambda each: each[0])
            self._waiting.remove(one)
            self.passed = max(self.passed, one[0])
            one[1]()
        self.passed = until


async def settle() -> None:
    """Let everything happen that can without time."""
    for _ in range(20):
        await asyncio.sleep(0)
