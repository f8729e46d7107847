"""Keeps the leases of all held tasks, and stops tasks whose lease may be lost; lease.ts is its
twin."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from gpu_node.clock import Clock, within
from gpu_node.config import Config
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.executor.held_tasks import HeldTasks
from gpu_node.executor.hold import StopReason
from gpu_node.executor.intake import Intake
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics
from gpu_node.redis.failures import RedisError, is_no_group
from gpu_node.redis.said_once import SaidOnce
from gpu_node.redis.steps import Entry, PoolSteps, RenewAnswer

LOST_AFTER = EXECUTOR["sure_percent"] / 100
"""Part of the lease after which a task without an answered renew is stopped; the rest is for
the stopping."""


class Leases:
    """One loop per shard; they run in the parent, so no handler can hold them up."""

    def __init__(
        self,
        config: Config,
        held_tasks: HeldTasks,
        intake: Intake,
        metrics: Metrics,
        *,
        clock: Clock,
    ) -> None:
        self._lease_s = config.lease_ms / 1000
        self._renew_s = config.renew_ms / 1000
        self._held_tasks = held_tasks
        self._intake = intake
        self._metrics = metrics
        self._clock = clock
        self._said = SaidOnce()
        self._wake: dict[str, asyncio.Event] = {}
        self.on_swallowed: Callable[[str], None] = lambda _: None
        """Hears of a shard in which entries were found that a read was given and did not bring: one
        that still waits may wait on a dead connection."""

    def reconnected(self, shard: str) -> None:
        """Renew at once, and again half a lease later: a connection was lost, and with it
        perhaps an entry."""
        if wake := self._wake.get(shard):
            wake.set()
            self._clock.after(self._lease_s / 2, wake.set)

    def renew_all(self) -> None:
        """Renew every shard at once: something is held that is not renewed."""
        for wake in self._wake.values():
            wake.set()

    async def renew(self, steps: PoolSteps) -> None:
        """Renew one shard's leases for ever. Without tasks there is nothing to renew: of what a
        connection has swallowed that nobody saw die, drivers tell."""
        wake = self._wake[steps.shard] = asyncio.Event()
        is_quiet = False
        while True:
            is_poked = wake.is_set()
            wake.clear()
            held = [task.task.task_id for task in self._held_tasks.in_shard(steps.shard)]
            if held or is_poked or not is_quiet:
                # What was lost meanwhile is to be found as soon as Redis answers again, and what
                # was given up while a renewal was on its way with the next one.
                is_quiet = await self._renew_once(steps, held) and not held
            with contextlib.suppress(TimeoutError):
                async with within(self._clock, self._renew_s):
                    await wake.wait()

    async def watch(self) -> None:
        """Stop tasks whose last answered renew is too long ago, for ever."""
        while True:
            await self._clock.sleep(self._lease_s / 40)
            now = self._clock.elapsed()
            for held in list(self._held_tasks.held.values()):
                if now - held.leased_at > LOST_AFTER * self._lease_s and (
                    held.stop_reason not in (StopReason.STALE, StopReason.CLOSED)
                ):
                    self._metrics.leases_lost.inc()
                    get_logger().error("lease lost", task_id=held.task.task_id)
                    held.stop(StopReason.STALE)

    async def _renew_once(self, steps: PoolSteps, task_ids: Sequence[str]) -> bool:
        """False where Redis could not be asked."""
        sent = self._clock.elapsed()
        try:
            # A dead connection must not use up the lease: giving up makes the client take
            # another one.
            async with within(self._clock, max(1.0, self._renew_s)):
                answer = await steps.renew(task_ids)
        except (RedisError, TimeoutError, OSError) as error:
            is_known = not task_ids and is_no_group(error)
            if not is_known and (news := self._said.news(error, steps.shard)):
                get_logger().warning("renew failed", shard=steps.shard, error=news)
            return is_no_group(error)
        self._said.worked(steps.shard)
        self._apply(steps, answer, sent)
        return True

    def _apply(self, steps: PoolSteps, answer: RenewAnswer, sent: float) -> None:
        for task_id, state in answer.states.items():
            held = self._held_tasks.held.get(task_id)
            if held is None:
                continue
            if state == "closed":
                held.stop(StopReason.CLOSED)
                continue
            if state == "cancel":
                held.stop(StopReason.CANCELED)
            held.confirm(sent)
        # What a read has brought while this was on its way is no news.
        unknown = [entry for entry in answer.unknown if not self._is_known(entry)]
        for entry in unknown:
            self._intake.accept(steps, entry, is_fresh=False)
            if entry.task_id in self._held_tasks.held:
                # It starts when the next renew has shown that the lease holds.
                self._wake[steps.shard].set()
        if unknown:
            self.on_swallowed(steps.shard)

    def _is_known(self, entry: Entry) -> bool:
        held = self._held_tasks.held.get(entry.task_id)
        return held is not None and held.entry_id == entry.entry_id and held.may_start.is_set()
