"""Takes entries in, however they came: by a read, by a renew, or by reading what was pending
before."""

import time

from gpu_node.contracts.wire import ID_PATTERN
from gpu_node.executor.admission import Admission, Admitted, Invalid, Refused
from gpu_node.executor.background import Background
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.held_tasks import Holdings
from gpu_node.executor.hold import HeldTask
from gpu_node.executor.reports import to_reason
from gpu_node.executor.settle import deadline, settle
from gpu_node.executor.task_runner import TaskRunner
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics
from gpu_node.redis.failures import RedisError, backoff
from gpu_node.redis.steps import Entry, PoolSteps, Settlement


class Intake:
    """Runs an entry's task, or gives it back; never raises, so that no entry stops a loop."""

    def __init__(
        self,
        admission: Admission,
        runner: TaskRunner,
        background: Background,
        metrics: Metrics,
        lease_ms: int,
        fitness: Fitness,
    ) -> None:
        self._admission = admission
        self._runner = runner
        self._holdings: Holdings = runner.holdings
        self._background = background
        self._metrics = metrics
        self._lease_s = lease_ms / 1000
        self._fitness = fitness
        self._settling: set[str] = set()

    def take(self, steps: PoolSteps, entry: Entry, *, is_fresh: bool) -> None:
        """`is_fresh`: just read, so its lease has just begun; otherwise it waits for a renew."""
        task_id = entry.task_id
        held = self._holdings.held.get(task_id)
        if held:
            if is_fresh:
                held.confirm(time.monotonic())
        elif not ID_PATTERN.fullmatch(task_id):
            self._metrics.entries_invalid.inc()
            get_logger().error("entry without a usable task id", entry=entry.entry_id)
            self._background.start(self._discard(steps, entry))
        elif self._holdings.has_ended(task_id):
            if task_id not in self._settling:
                self._end(steps, entry, self._holdings.settlement(task_id))
        elif self._holdings.is_draining:
            self._end(steps, entry, _settlement("released", "the executor stops"))
        elif self._holdings.free <= 0:
            self._end(steps, entry, _settlement("released", "no free place"))
        else:
            self._admit(steps, entry, is_fresh)

    def _admit(self, steps: PoolSteps, entry: Entry, is_fresh: bool) -> None:
        try:
            admitted = self._admission.admit(entry, steps.shard)
        except Refused as refusal:
            if isinstance(refusal, Invalid):
                self._metrics.entries_invalid.inc()
            get_logger().warning("task refused", task_id=entry.task_id, reason=str(refusal))
            self._end(steps, entry, _settlement("mismatch", str(refusal)))
            return
        whys = (self._fitness.why_not(node.type) for node in admitted.task.nodes)
        if why := next((why for why in whys if why), None):
            get_logger().warning("task declined", task_id=entry.task_id, reason=why)
            self._end(steps, entry, _settlement("declined", why))
            return
        self._start(steps, entry, admitted, is_fresh)

    def _start(self, steps: PoolSteps, entry: Entry, admitted: Admitted, is_fresh: bool) -> None:
        now = time.monotonic()
        held = HeldTask(
            entry.entry_id, admitted.task, admitted.schedule, admitted.engines, steps, leased_at=now
        )
        if is_fresh:
            held.confirm(now)
        self._holdings.hold(held)
        self._background.start(self._runner.run(held))

    def _end(self, steps: PoolSteps, entry: Entry, settlement: Settlement) -> None:
        """Say an entry's last word without having worked on it."""
        self._holdings.end(entry.task_id, settlement)
        self._settling.add(entry.task_id)
        self._metrics.tasks.labels(settlement.outcome).inc()
        self._background.start(self._settle(steps, entry, settlement))

    async def _settle(self, steps: PoolSteps, entry: Entry, settlement: Settlement) -> None:
        try:
            answer = await settle(steps, entry.task_id, settlement, deadline(self._lease_s))
            if answer == "closed":
                # Its task has ended, or never was: only the entry is left to take away.
                await self._discard(steps, entry)
        finally:
            self._settling.discard(entry.task_id)

    async def _discard(self, steps: PoolSteps, entry: Entry) -> None:
        for attempt in range(1, 6):
            try:
                return await steps.discard(entry.entry_id)
            except RedisError:
                await backoff(attempt)
        # The next renew shows it again.


def _settlement(outcome: str, reason: str) -> Settlement:
    return Settlement(outcome, to_reason(reason), 1, ())
