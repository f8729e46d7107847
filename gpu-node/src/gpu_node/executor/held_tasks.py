"""The tasks that this executor holds now, over all shards, and the places that are left;
held-tasks.ts is its twin."""

import asyncio
from collections.abc import Callable

from gpu_node.clock import Clock
from gpu_node.executor.ahead import AHEAD_TASKS, Ahead
from gpu_node.executor.hold import HeldTask
from gpu_node.metrics import Metrics

MAX_LONG = 8
"""Tasks with long work that are held beyond the places: each may have a process that waits."""
NO_PLACE = "the executor has no free place"


class HeldTasks:
    """The places of the executor. A task has one from its turn until its work is over: what is said
    of it after that holds up nobody. Others may wait here for their turn."""

    def __init__(self, slots: int, metrics: Metrics, clock: Clock) -> None:
        self.slots = slots
        self.held: dict[str, HeldTask] = {}
        self.is_draining = False
        self.ahead = Ahead()
        self.changes = 0
        self.allowed = 0
        """How many may wait, as it was when they were asked for: what was asked for is taken."""
        self._working: dict[HeldTask, float] = {}
        """Those that have a place, or had one before their work became long, and since when."""
        self._waiting: dict[HeldTask, Callable[[], None]] = {}
        """In order of arrival, with what calls off that it is given back."""
        self._is_closed = False
        self._changed = asyncio.Event()
        self._clock = clock
        self._metrics = metrics
        metrics.slots.set(slots)

    @property
    def free(self) -> int:
        """Places for further tasks, in all shards together; a task whose work is long, or waits
        to be, takes none. None while operators want it to take no more. Below 0 where some wait."""
        if self._is_closed:
            return 0
        live = [held for held in self.held.values() if not held.is_over]
        short = sum(1 for held in live if not held.long_calls)
        unsaid = len(self.held) - len(live)
        return min(
            self.slots - short,
            self.slots + MAX_LONG - len(live),
            self.slots + AHEAD_TASKS - unsaid,
        )

    @property
    def room(self) -> int:
        """For how many further tasks that wait here until a place is free."""
        if self._is_closed or self.is_draining:
            return 0
        now = self._clock.elapsed()
        ages = [now - since for held, since in self._working.items() if not held.long_calls]
        return self.ahead.room(self.slots, ages) + min(0, self.free)

    def allow(self) -> int:
        """For how many further tasks is asked now, beyond the places."""
        room = self.room
        self.allowed = max(0, room - min(0, self.free))
        return max(0, room)

    def set_closed(self, is_closed: bool) -> None:
        """Whether there are places at all: what works stays."""
        self._is_closed = is_closed
        if is_closed:
            self.allowed = 0
            self._give_back("the executor takes no more tasks")
        self._notify()

    def drain(self) -> None:
        """The executor is stopping: what has not had its turn is for others."""
        self.is_draining = True
        self._give_back("the executor is stopping")

    def in_shard(self, shard: str) -> list[HeldTask]:
        """Tasks held in one shard."""
        return [held for held in self.held.values() if held.steps.shard == shard]

    def add(self, held: HeldTask) -> None:
        """Hold a task."""
        held.on_lengthened = self._notify
        self.held[held.task.task_id] = held
        self._notify()

    def line_up(self, held: HeldTask) -> None:
        """Let it have its turn when there is a place, in order of arrival; who waits for long is
        given back."""
        since = self._clock.elapsed()

        def look() -> None:
            left_s = since + self.ahead.patience_s() - self._clock.elapsed()
            if left_s > 0:
                # Work has ended meanwhile, so that it is known how long that takes.
                self._waiting[held] = self._clock.after(left_s, look)
            else:
                self._give_back(NO_PLACE, only=held)

        self._waiting[held] = self._clock.after(self.ahead.patience_s(), look)
        self._notify()

    def over(self, held: HeldTask) -> HeldTask | None:
        """Its work is over, and its last word is still to be said: its place is free. Answers who
        has it now. The second time it says nothing new."""
        self._leave_line(held)
        since = self._working.pop(held, None)
        if since is not None and not held.stop_reason:
            self.ahead.task_took(self._clock.elapsed() - since)
        held.is_over = True
        return self._pass_on()

    def remove(self, task_id: str) -> None:
        """Nothing is held of it any more."""
        held = self.held.pop(task_id, None)
        if held:
            self._leave_line(held)
            self._working.pop(held, None)
        self._notify()

    async def when_free(self) -> None:
        """Return when there is a place, or room to wait for one."""
        while self.free <= 0 and self.room <= 0:
            await self.when_changed(self.changes)

    async def when_place(self) -> None:
        """Return when there is a place."""
        while self.free <= 0:
            await self.when_changed(self.changes)

    async def when_empty(self) -> None:
        """Return when nothing is held."""
        while self.held:
            await self.when_changed(self.changes)

    async def when_changed(self, since: int) -> None:
        """Return when `changes` is no more what it was."""
        while self.changes == since:
            self._changed.clear()
            await self._changed.wait()

    def _give_back(self, why: str, only: HeldTask | None = None) -> None:
        for held in list(self._waiting):
            if only in (None, held):
                held.release(why)

    def _leave_line(self, held: HeldTask) -> None:
        if call_off := self._waiting.pop(held, None):
            call_off()

    def _notify(self) -> None:
        self._pass_on()

    def _pass_on(self) -> HeldTask | None:
        """Give free places to who waits, and say that something has changed. Answers who has got
        the last of them."""
        begins = None
        working = sum(1 for held in self._working if not held.long_calls)
        while self._waiting and working < self.slots:
            held = next(iter(self._waiting))
            self._leave_line(held)
            if held.stop_reason:
                continue
            self._working[held] = self._clock.elapsed()
            held.has_turn.set()
            working += 1
            begins = held
        self._metrics.tasks_held.set(len(self.held))
        self.changes += 1
        self._changed.set()
        return begins
