"""Takes entries in, however they came: by a read, by a renew, or by reading what was pending
before; intake.ts is its twin."""

from collections.abc import Callable
from typing import Protocol

from gpu_node.clock import Clock
from gpu_node.contracts.wire import ID_PATTERN
from gpu_node.executor.admission import Admission, Admitted, Invalid, NotNow, Refused
from gpu_node.executor.background import Background
from gpu_node.executor.fitness import Fitness
from gpu_node.executor.held_tasks import NO_PLACE, HeldTasks
from gpu_node.executor.hold import HeldTask
from gpu_node.executor.reports import to_reason
from gpu_node.executor.settle import deadline, settle_task
from gpu_node.executor.task_memory import TaskMemory
from gpu_node.logs import get_logger
from gpu_node.metrics import Metrics
from gpu_node.redis.backoff import Backoffs
from gpu_node.redis.failures import RedisError
from gpu_node.redis.steps import Ending, Entry, PoolSteps

NO_TASK = "no open task stands behind it"


class Runner(Protocol):
    """What takes a held task to its ending."""

    @property
    def held_tasks(self) -> HeldTasks:
        """The places, one of which it frees at the end."""
        ...

    @property
    def memory(self) -> TaskMemory:
        """Where it keeps how tasks ended."""
        ...

    async def run(self, held: HeldTask) -> None:
        """Return when the task is over for this executor."""
        ...


class Intake:
    """Runs an entry's task, or gives it back; never raises, so that no entry stops a loop."""

    def __init__(
        self,
        admission: Admission,
        runner: Runner,
        background: Background,
        *,
        metrics: Metrics,
        lease_ms: int,
        fitness: Fitness,
        clock: Clock,
        backoffs: Backoffs,
        on_absent: Callable[[list[str]], None] = lambda _: None,
    ) -> None:
        """`on_absent` hears of types of which an engine is wanted that is not here."""
        self._on_absent = on_absent
        self._admission = admission
        self._runner = runner
        self._held_tasks: HeldTasks = runner.held_tasks
        self._memory = runner.memory
        self._background = background
        self._metrics = metrics
        self._lease_s = lease_ms / 1000
        self._fitness = fitness
        self._clock = clock
        self._backoffs = backoffs
        self._settling: set[str] = set()

    def accept(self, steps: PoolSteps, entry: Entry, *, is_fresh: bool) -> None:
        """`is_fresh`: just read, so its lease has just begun; otherwise it waits for a renew."""
        task_id = entry.task_id
        if not ID_PATTERN.fullmatch(task_id):
            self._metrics.entries_invalid.inc()
            self._discard(steps, entry, "it names no task")
        elif self._memory.entry_of(task_id) is not None:
            self._accept_again(steps, entry, is_fresh=is_fresh)
        else:
            self._memory.take(task_id, entry.entry_id)
            self._accept_first(steps, entry, is_fresh)

    def _accept_again(self, steps: PoolSteps, entry: Entry, *, is_fresh: bool) -> None:
        """A task is taken once; what comes again was ended already, or waits here, or is a copy
        under another entry."""
        task_id = entry.task_id
        if self._memory.entry_of(task_id) != entry.entry_id:
            self._discard(steps, entry, "its task came with another entry")
        elif held := self._held_tasks.held.get(task_id):
            if is_fresh:
                held.confirm(self._clock.elapsed())
        elif task_id not in self._settling:
            again = self._memory.ending_of(task_id) or _ending("released", "taken before")
            self._end(steps, entry, again)

    def _accept_first(self, steps: PoolSteps, entry: Entry, is_fresh: bool) -> None:
        """What cannot be run anywhere, or not here, is said before what cannot be run now."""
        try:
            admitted = self._admission.admit(entry, steps.shard)
        except NotNow as absence:
            self._refuse(steps, entry, "declined", str(absence))
            self._on_absent([absence.node_type])
            return
        except Refused as refusal:
            if isinstance(refusal, Invalid):
                self._metrics.entries_invalid.inc()
            self._refuse(steps, entry, "mismatch", str(refusal))
            return
        whys = (self._fitness.why_not(node.type) for node in admitted.task.nodes)
        if self._held_tasks.is_draining:
            self._refuse(steps, entry, "released", "the executor is stopping")
        elif self._held_tasks.free + self._held_tasks.allowed <= 0:
            self._refuse(steps, entry, "released", NO_PLACE)
        elif why := next((why for why in whys if why), None):
            self._refuse(steps, entry, "declined", why)
        else:
            self._start(steps, entry, admitted, is_fresh)

    def _refuse(self, steps: PoolSteps, entry: Entry, outcome: str, reason: str) -> None:
        """End a task that is not begun here."""
        get_logger().warning("task refused", task_id=entry.task_id, outcome=outcome, reason=reason)
        self._end(steps, entry, _ending(outcome, reason))

    def _start(self, steps: PoolSteps, entry: Entry, admitted: Admitted, is_fresh: bool) -> None:
        now = self._clock.elapsed()
        held = HeldTask(
            entry.entry_id, admitted.task, admitted.schedule, admitted.engines, steps, leased_at=now
        )
        if entry.start_until is not None:
            # Whoever is silent for a lease has lost the task: what it said before that is heard.
            held.unasked_until = entry.start_until - self._lease_s
        if is_fresh:
            held.confirm(now)
        self._held_tasks.add(held)
        self._background.start(self._runner.run(held))

    def _end(self, steps: PoolSteps, entry: Entry, ending: Ending) -> None:
        """Say an entry's last word without having worked on it."""
        self._memory.end(entry.task_id, ending)
        self._settling.add(entry.task_id)
        self._metrics.tasks.labels(ending.outcome).inc()
        self._background.start(self._settle(steps, entry, ending))

    async def _settle(self, steps: PoolSteps, entry: Entry, ending: Ending) -> None:
        try:
            answer = await settle_task(
                steps,
                entry.task_id,
                ending,
                deadline(self._clock, self._lease_s),
                backoff=self._backoffs(),
            )
            if answer == "closed":
                # Its task has ended, or never was: only the entry is left to take away.
                self._discard(steps, entry, NO_TASK)
        finally:
            self._settling.discard(entry.task_id)

    def _discard(self, steps: PoolSteps, entry: Entry, why: str) -> None:
        get_logger().warning("task entry removed", entry=entry.entry_id, why=why)
        self._background.start(self._remove(steps, entry))

    async def _remove(self, steps: PoolSteps, entry: Entry) -> None:
        backoff = self._backoffs()
        for _ in range(5):
            try:
                return await steps.discard(entry)
            except RedisError:
                await backoff.wait()
        # The next renew shows it again.


def _ending(outcome: str, reason: str) -> Ending:
    return Ending(outcome, to_reason(reason), 1, ())
