"""Whether the service can take work, and why not."""

import asyncio
from collections.abc import Awaitable, Callable

from gpu_node.clock import Clock, within

CHECK_TIMEOUT_S = 3.0
# Probes come every few seconds from several sides; Redis and the store are asked once for all
# of them.
KEEP_S = 1.0

Check = Callable[[], Awaitable[str | None]]
"""Answers what is wrong, or None."""


class Readiness:
    """Starts with what has not been done yet; `checks` are added as their parts appear."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, str] = {}
        self._checks: dict[str, Check] = {}
        self._asked_at = float("-inf")
        self._problems: list[str] = []
        self._asking = asyncio.Lock()

    def wait_for(self, name: str, problem: str) -> None:
        """Not ready until `done(name)`."""
        self._waiting[name] = problem

    def done(self, name: str) -> None:
        """The thing has been done."""
        self._waiting.pop(name, None)

    def add_check(self, name: str, check: Check) -> None:
        """Ask this each time."""
        self._checks[name] = check

    async def problems(self) -> list[str]:
        """Everything that stands in the way; empty = ready."""
        async with self._asking:
            if self._clock.elapsed() - self._asked_at > KEEP_S:
                found = await asyncio.gather(*(self._ask(*item) for item in self._checks.items()))
                self._problems = [problem for problem in found if problem]
                self._asked_at = self._clock.elapsed()
        return [*self._waiting.values(), *self._problems]

    async def _ask(self, name: str, check: Check) -> str | None:
        try:
            async with within(self._clock, CHECK_TIMEOUT_S):
                return await check()
        except Exception as error:
            return f"{name} does not answer: {type(error).__name__}"
