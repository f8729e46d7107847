"""A task that this executor holds, from its entry to its ending; hold.ts is its twin."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import Any

from gpu_node.children.seat import Seat
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.executor.schedule import Schedule
from gpu_node.executor.task import Task
from gpu_node.redis.steps import PoolSteps

CANCEL_GRACE_S = EXECUTOR["cancel_grace_ms"] / 1000
"""After that its process is killed, so that a cancel takes less than a second whatever it does."""


class StopReason(Enum):
    """Why a task stops before its nodes have ended."""

    CANCELED = "canceled"
    RELEASED = "released"
    DECLINED = "declined"
    """This machine cannot do it now."""
    CLOSED = "closed"
    """Somebody else has ended it: nothing that we say about it counts."""
    STALE = "stale"
    """It may have been given to another executor: nothing is said about it."""


URGENT = (StopReason.CLOSED, StopReason.STALE)


@dataclass(eq=False)
class HeldTask:
    """The task with its lease. `leased_at` is monotonic: when the last answered renew was sent."""

    entry_id: str
    task: Task
    schedule: Schedule
    engines: dict[str, str]
    """Node id -> name of the engine to use."""
    steps: PoolSteps
    leased_at: float
    unasked_until: float = -inf
    """Until when it may begin without asking whether it still may, by our clock."""
    works: set[asyncio.Task[None]] = field(default_factory=set)
    may_start: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the lease is known to hold."""
    stop_reason: StopReason | None = None
    has_turn: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it has a place to work in."""
    has_acted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when its first handler is called, or will not be."""
    is_over: bool = False
    """Its work is over, and only its last word is still to be said."""
    why_declined: str = ""
    why_released: str = "the executor is stopping"
    long_calls: int = 0
    """Those of its calls that do long work, or wait for their turn to."""
    on_lengthened: Callable[[], None] = lambda: None
    stands_ready: Callable[[], bool] = lambda: False
    """Whether it goes on at once when it has its turn."""
    on_seat: Callable[[], None] = lambda: None
    """Hears that it has its turn and all that it needs, before anything else happens."""
    _seat: Seat | None = None
    """Of the one before, as long as none of its own calls has it."""

    def confirm(self, leased_at: float) -> None:
        """The lease holds as of `leased_at`."""
        self.leased_at = max(self.leased_at, leased_at)
        self.may_start.set()

    def stop(self, reason: StopReason) -> None:
        """Stop all work; an urgent reason counts even where another came before."""
        if self.stop_reason in URGENT or (self.stop_reason and reason not in URGENT):
            return
        self.stop_reason = reason
        self.may_start.set()
        self.has_turn.set()
        for work in self.works:
            work.cancel()

    async def do(self, what: Coroutine[Any, Any, None]) -> bool:
        """Do something that `stop` cuts short; False where it did."""
        work = asyncio.get_running_loop().create_task(what)
        self.works.add(work)
        try:
            await asyncio.wait({work})
        finally:
            self.works.discard(work)
        if work.cancelled():
            return False
        work.result()
        return True

    def decline(self, why: str) -> None:
        """Give the task back: what is wrong is wrong with this machine."""
        self.why_declined = self.why_declined or why
        self.stop(StopReason.DECLINED)

    def release(self, why: str) -> None:
        """Give the task back as it is."""
        if not self.stop_reason:
            self.why_released = why
        self.stop(StopReason.RELEASED)

    def acts(self) -> None:
        """Its handler has been called, or others need not wait for that."""
        self.has_acted.set()

    def offer(self, seat: Seat) -> None:
        """Of a call that has ended; it is for who does not let it stand empty."""
        if self.stands_ready() and not self.stop_reason:
            self._seat = seat.pass_on()
            if self._seat:
                self.on_seat()

    def take_seat(self) -> Seat | None:
        """What was offered, once."""
        seat, self._seat = self._seat, None
        return seat

    def lengthened(self, by: int) -> None:
        """One more (1) or one less (-1) of its calls is long."""
        self.long_calls += by
        self.on_lengthened()

    def grace_s(self) -> float:
        """How long a handler may take to stop by itself."""
        return 0.0 if self.stop_reason in URGENT else CANCEL_GRACE_S
