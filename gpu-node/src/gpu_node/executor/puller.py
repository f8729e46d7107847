"""Pulls tasks: one blocking read per shard, for as many entries as there are free places; puller.ts
is its twin."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from typing import Any

from gpu_node.clock import Clock
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.executor.ahead import AHEAD_S
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.intake import Intake
from gpu_node.executor.lease import Leases
from gpu_node.logs import get_logger
from gpu_node.redis.backoff import Backoffs
from gpu_node.redis.failures import RedisError, is_no_group, is_unblocked
from gpu_node.redis.reader import TaskReader
from gpu_node.redis.said_once import SaidOnce
from gpu_node.redis.steps import Entry, PoolSteps

LOOK_AGAIN_S = 1.0
"""How soon a machine that can do nothing looks whether it can again."""
STAND_BACK_S = 0.5
"""How long a machine that cannot do all work leaves a task to others."""

BEHIND_MS = int(AHEAD_S * 1000)
"""How long is waited for what may find no place any more: no longer than that may stand here."""


class Puller:
    """Reads until it is canceled; a lost connection or stream is waited for."""

    def __init__(
        self,
        held_tasks: HeldTasks,
        intake: Intake,
        leases: Leases,
        *,
        fitness: Fitness,
        block_ms: int,
        on_back: Callable[[], None],
        clock: Clock,
        backoffs: Backoffs,
    ) -> None:
        """`on_back` is called when a lost connection has been made again."""
        self._on_back = on_back
        self._clock = clock
        self._backoffs = backoffs
        self._held_tasks = held_tasks
        self._intake = intake
        self._leases = leases
        self._fitness = fitness
        # The reader's own socket gives up before; this is for sockets that do not even do that.
        self._watchdog_s = block_ms / 1000 + 5
        self._said = SaidOnce()
        self._reads: dict[str, asyncio.Timeout] = {}
        """The read that waits, by shard."""

    def interrupt(self) -> None:
        """End the reads that wait; what their connections were given meanwhile is found."""
        for read in self._reads.values():
            read.reschedule(0)

    def doubt(self, shard: str) -> None:
        """End the read that waits now if it goes on waiting: its connection was given something
        that did not come."""
        doubted = self._reads.get(shard)

        def look() -> None:
            if doubted and self._reads.get(shard) is doubted:
                doubted.reschedule(0)

        self._clock.after(EXECUTOR["read_slack_ms"] / 1000, look)

    async def pull(self, reader: TaskReader, steps: PoolSteps) -> None:
        """Pull from one shard for ever."""
        backoff = self._backoffs()
        has_lost = False
        while True:
            try:
                if has_lost:
                    # Before a place is free: what finds none is given back now.
                    async with self._bounded(reader.shard):
                        await self._recover(reader, steps)
                    has_lost = False
                    self._on_back()
                await self._until_welcome()
                before = self._held_tasks.changes
                async with self._bounded(reader.shard):
                    entries = await self._read(reader, steps)
            except (RedisError, TimeoutError, OSError) as error:
                if is_no_group(error) or is_unblocked(error):
                    # Nothing was ever issued, or the stream was lost; the driver makes the group.
                    await backoff.wait()
                    continue
                if news := self._said.news(error, reader.shard):
                    get_logger().warning("read failed", shard=reader.shard, error=news)
                await reader.reset()
                has_lost = True
                await backoff.wait()
                continue
            backoff.reset()
            self._said.worked(reader.shard)
            self._accept(steps, entries)
            if not entries and self._held_tasks.free <= 0:
                # Nothing waited that could wait here as well.
                await self._held_tasks.when_changed(before)

    @contextlib.asynccontextmanager
    async def _bounded(self, shard: str) -> AsyncGenerator[None]:
        """Until the watchdog, or somebody who interrupts, ends it."""
        async with asyncio.timeout(self._watchdog_s) as read:  # noqa: TID251 - it is rescheduled
            self._reads[shard] = read
            try:
                yield
            finally:
                del self._reads[shard]

    async def _until_welcome(self) -> None:
        """Return when there is a place; a machine that can do nothing leaves the tasks to
        others."""
        await self._held_tasks.when_free()
        while self._fitness.disk():
            # Others make room.
            await self._clock.sleep(LOOK_AGAIN_S)
            # Operators may want no more meanwhile.
            await self._held_tasks.when_free()

    def _accept(self, steps: PoolSteps, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._intake.accept(steps, entry, is_fresh=True)

    async def _read(self, reader: TaskReader, steps: PoolSteps) -> list[Entry]:
        """A machine that cannot do some of the work takes what no other machine waits for."""
        free, room = self._held_tasks.free, self._held_tasks.allow()
        if free <= 0:
            if self._fitness.is_partly_unfit():
                return []
            # What nobody waits for: whoever has a place has asked for it.
            return await self._unless_free(reader, steps, reader.read_left(max(1, room)))
        if not self._fitness.is_partly_unfit():
            if self._held_tasks.ahead.is_unsure:
                return await reader.read_left(free)
            return await reader.read(free, room)
        await self._clock.sleep(STAND_BACK_S)
        return await reader.read_left()

    async def _unless_free(
        self, reader: TaskReader, steps: PoolSteps, look: Coroutine[Any, Any, list[Entry]]
    ) -> list[Entry]:
        """What a look brings. Who gets a place while it is on its way waits for that at once: the
        way may be longer than the work. Not for long, because the look may have filled it: what
        comes then waits here no longer than others do."""
        looking = asyncio.create_task(look)
        freed = asyncio.create_task(self._held_tasks.when_place())
        both: list[asyncio.Task[Any]] = [looking, freed]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if looking.done() or self._fitness.disk() or self._fitness.is_partly_unfit():
                return await looking
            behind = asyncio.create_task(reader.read_behind(self._held_tasks.free, BEHIND_MS))
            both.append(behind)
            self._accept(steps, await looking)
            return await behind
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _recover(self, reader: TaskReader, steps: PoolSteps) -> None:
        """What the lost connection was given comes first, and behind what is held; it starts when
        a renew has been answered. If there is more, the renewals find it."""
        held = len(self._held_tasks.in_shard(reader.shard))
        for entry in await reader.own_pending(held + EXECUTOR["recovered_entries"]):
            if entry.task_id:
                self._intake.accept(steps, entry, is_fresh=False)
        self._leases.reconnected(reader.shard)
