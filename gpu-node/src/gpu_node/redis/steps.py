"""An executor's atomic steps in one pool of one shard, each one script of the protocol; steps.ts is
its twin."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis

from gpu_node.clock import Clock
from gpu_node.contracts import steps
from gpu_node.contracts.keys import Keys
from gpu_node.contracts.steps import ReportItem
from gpu_node.contracts.wire import GROUPS, PRIORITIES
from gpu_node.redis.at_once import OnSent
from gpu_node.redis.scripts import ScriptRunner

Status = Literal["online", "draining", "offline"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A task entry as it lies in the stream; nothing in it has been checked."""

    entry_id: str
    task_id: str
    body: bytes
    level: str = "normal"
    """Of which of the pool's streams."""
    start_until: float | None = None
    """Until when it certainly may begin, by our clock; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The executor's last word about a task, kept so that it can be repeated."""

    outcome: str
    reason: bytes
    """A JSON string."""
    first: int
    """Number of the first item."""
    items: tuple[ReportItem, ...]


@dataclass(frozen=True, slots=True)
class Orders:
    """What operators want of an executor."""

    drain: bool
    """It shall take no more tasks."""
    probe: int
    """The latest order to ask its engines; 0 = there was none."""
    shards: int = 0
    """In how many shards gateways work; 0 = none has said it."""


@dataclass(frozen=True, slots=True)
class RenewAnswer:
    """`states` per task asked for (`ok`, `cancel`, `closed`); `unknown` entries are pending for
    us unasked."""

    states: dict[str, str]
    unknown: list[Entry]


def task_stream(keys: Keys, shard: str, pool: str, level: str) -> str:
    """The stream in which a pool's tasks of a level of priority wait."""
    if level == "normal":
        return keys.pool_tasks(shard, pool)
    return keys.pool_level_tasks(shard, pool, level)


def to_entry(row: Sequence[Any]) -> Entry:
    """A row as scripts answer it."""
    entry_id, task, body, level = row[:4]
    return Entry(text(entry_id), text(task), bytes(body), text(level))


def text(value: object) -> str:
    """A Redis string as text; what is not UTF-8 is replaced, because it is never a name of ours."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _orders(answer: Sequence[Any]) -> Orders:
    order, probe, shards = answer
    return Orders(drain=text(order) == "drain", probe=int(probe or 0), shards=int(shards or 0))


async def _text_of(answer: Awaitable[Any]) -> str:
    found = await answer
    if isinstance(found, Exception):
        raise found
    return text(found)


def _nobody_waits() -> None:
    """For it to leave."""


class PoolSteps:
    """The steps of one consumer; raises what the client raises."""

    def __init__(
        self,
        client: Redis,
        keys: Keys,
        shard: str,
        *,
        pool: str,
        consumer: str,
        clock: Clock,
        on_result: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_result` is called when Redis has taken something that a run may wait for."""
        self._on_result = on_result
        self.shard = shard
        self.pool = pool
        self.consumer = consumer
        self._client = client
        self._scripts = ScriptRunner(client, clock)
        self._keys = keys

    async def renew(self, task_ids: Sequence[str]) -> RenewAnswer:
        """Keep the leases of all tasks held here. NOGROUP is raised, not answered."""
        step = steps.renew(
            self._keys, shard=self.shard, pool=self.pool, consumer=self.consumer, tasks=task_ids
        )
        states, unknown = await self._scripts.run_alone(step)
        return RenewAnswer(
            states=dict(zip(task_ids, map(text, states), strict=True)),
            unknown=[to_entry(row) for row in unknown],
        )

    async def report(
        self,
        task_id: str,
        first: int,
        items: Sequence[ReportItem],
        on_sent: OnSent | None = None,
    ) -> str:
        """Say what nodes did; `ok`, `cancel` or `closed`. `on_sent` is told when it is on its
        way."""
        step = steps.report(
            self._keys,
            shard=self.shard,
            pool=self.pool,
            task=task_id,
            consumer=self.consumer,
            first=first,
            items=items,
        )
        run = self._scripts
        answer = text(await (run.run_at_once(step, on_sent) if on_sent else run.run(step)))
        if any(item.kind == "result" for item in items):
            self._on_result()
        return answer

    def ready_report(
        self, task_id: str, items: Sequence[ReportItem]
    ) -> "Callable[[], Awaitable[str] | None]":
        """A task's first report, made ready before it is due. When called it is on its way with
        the next turn of the loop, or None is answered and nothing was sent."""
        step = steps.report(
            self._keys,
            shard=self.shard,
            pool=self.pool,
            task=task_id,
            consumer=self.consumer,
            first=1,
            items=items,
        )
        ready = self._scripts.ready(step)

        def send() -> Awaitable[str] | None:
            answer = ready and ready()
            return answer and _text_of(answer)

        return send

    async def settle(self, task_id: str, last: Ending) -> str:
        """End a task; `ok`, or `closed` where somebody else has ended it."""
        step = steps.settle(
            self._keys,
            shard=self.shard,
            pool=self.pool,
            task=task_id,
            consumer=self.consumer,
            outcome=last.outcome,
            reason=last.reason,
            first=last.first,
            items=last.items,
        )
        answer = text(await self._scripts.run(step))
        self._on_result()
        return answer

    async def discard(self, entry: Entry) -> None:
        """Take an entry away that belongs to no open task; its task, if any, is not touched."""
        stream = self._stream(entry.level)
        await self._client.execute_command("XACK", stream, GROUPS["executors"], entry.entry_id)
        await self._client.execute_command("XDEL", stream, entry.entry_id)

    async def announce(self, announcement: bytes, status: Status) -> Orders:
        """Write this executor's row of the registry; answers what operators want of it. On the
        connection of what cannot wait, as signs of life: it is there then, and known to be good."""
        step = steps.announce(
            self._keys,
            shard=self.shard,
            pool=self.pool,
            executor=self.consumer,
            announcement=announcement,
            status=status,
        )
        _now, *answer = await self._scripts.run_at_once(step, _nobody_waits)
        return _orders(answer)

    async def alive(self) -> Orders | None:
        """Say that this executor is here as it was announced; None where it has to announce
        itself."""
        step = steps.alive(self._keys, shard=self.shard, pool=self.pool, executor=self.consumer)
        answer = await self._scripts.run_at_once(step, _nobody_waits)
        return None if text(answer[0]) == "unknown" else _orders(answer)

    async def leave(self) -> bool:
        """Delete the consumer where nothing is pending for it; whether it is gone everywhere."""
        left = [
            await self._scripts.run(
                steps.leave(
                    self._keys,
                    stream=self._stream(level),
                    group=GROUPS["executors"],
                    consumer=self.consumer,
                    idle_ms=0,
                )
            )
            for level in PRIORITIES
        ]
        return all(answer == 1 for answer in left)

    def _stream(self, level: str) -> str:
        return task_stream(self._keys, self.shard, self.pool, level)
