"""Waiting between attempts that failed because Redis did not answer; backoff.ts is its twin."""

from collections.abc import Callable

from gpu_node.clock import Clock
from gpu_node.contracts.wire import EXECUTOR

FIRST_S = EXECUTOR["backoff_ms"] / 1000
LONGEST_S = EXECUTOR["backoff_max_ms"] / 1000


class Backoff:
    """Doubling, with jitter so that executors do not come together."""

    def __init__(self, clock: Clock, random: Callable[[], float]) -> None:
        """`random` answers numbers from 0 to below 1."""
        self._clock = clock
        self._random = random
        self._full_s = FIRST_S

    def next(self) -> float:
        """Seconds until the next attempt."""
        full_s, self._full_s = self._full_s, min(2 * self._full_s, LONGEST_S)
        return full_s * (0.5 + self._random() / 2)

    async def wait(self) -> None:
        """Return when the next attempt is due."""
        await self._clock.sleep(self.next())

    def reset(self) -> None:
        """An attempt was answered."""
        self._full_s = FIRST_S


Backoffs = Callable[[], Backoff]
"""Makes one for each thing that is tried."""
