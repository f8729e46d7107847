"""An executor's atomic steps in one pool of one shard, each one script of the protocol."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from gpu_node.contracts.keys import Keys
from gpu_node.contracts.wire import GROUPS
from gpu_node.redis.scripts import Argument, ScriptRunner


@dataclass(frozen=True, slots=True)
class Entry:
    """A task entry as it lies in the stream; nothing in it has been checked."""

    entry_id: str
    task_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One numbered thing that a report says: a note (with its type) or a result."""

    kind: str
    node_id: str
    note_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Settlement:
    """The executor's last word about a task, kept so that it can be repeated."""

    outcome: str
    reason: bytes
    """A JSON string."""
    first: int
    """Number of the first item."""
    items: tuple[ReportItem, ...]


@dataclass(frozen=True, slots=True)
class RenewAnswer:
    """`states` per task asked for (`ok`, `cancel`, `closed`); `unknown` entries are pending for
    us unasked."""

    states: dict[str, str]
    unknown: list[Entry]


def text(value: object) -> str:
    """A Redis string as text; what is not UTF-8 is replaced, because it is never a name of ours."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


class PoolSteps:
    """The steps of one consumer; raises what the client raises."""

    def __init__(self, client: Redis, keys: Keys, shard: str, pool: str, consumer: str) -> None:
        self.shard = shard
        self.pool = pool
        self.consumer = consumer
        self._client = client
        self._scripts = ScriptRunner(client)
        self._keys = keys
        self._tasks = keys.pool_tasks(shard, pool)
        self._reports = keys.pool_reports(shard, pool)
        self._executors = keys.pool_executors(shard, pool)

    def _task(self, task_id: str) -> str:
        return self._keys.pool_task(self.shard, self.pool, task_id)

    async def renew(self, task_ids: Sequence[str]) -> RenewAnswer:
        """Keep the leases of all tasks held here. NOGROUP is raised, not answered."""
        keys = [self._tasks, *(self._task(task_id) for task_id in task_ids)]
        states, unknown = await self._scripts.run_alone("renew", keys, [self.consumer, *task_ids])
        return RenewAnswer(
            states=dict(zip(task_ids, map(text, states), strict=True)),
            unknown=[Entry(text(e), text(task), bytes(body)) for e, task, body in unknown],
        )

    async def report(self, task_id: str, first: int, items: Sequence[ReportItem]) -> str:
        """Say what nodes did; `ok`, `cancel` or `closed`."""
        arguments: list[Argument] = [self.consumer, task_id, first, *_flat(items)]
        keys = [self._tasks, self._task(task_id), self._reports]
        return text(await self._scripts.run("report", keys, arguments))

    async def settle(self, task_id: str, last: Settlement) -> str:
        """End a task; `ok`, or `closed` where somebody else has ended it."""
        arguments: list[Argument] = [self.consumer, task_id, last.outcome, last.reason]
        arguments += [last.first, *_flat(last.items)]
        keys = [self._tasks, self._task(task_id), self._reports]
        return text(await self._scripts.run("settle", keys, arguments))

    async def discard(self, entry_id: str) -> None:
        """Take an entry away that belongs to no open task; its task, if any, is not touched."""
        await self._client.execute_command("XACK", self._tasks, GROUPS["executors"], entry_id)
        await self._client.execute_command("XDEL", self._tasks, entry_id)

    async def announce(self, announcement: bytes, status: str) -> Any:
        """Write this executor's row of the registry."""
        arguments: list[Argument] = [self.consumer, announcement, status]
        return await self._scripts.run("announce", [self._executors], arguments)

    async def leave(self) -> bool:
        """Delete the consumer if nothing is pending for it."""
        arguments: list[Argument] = [GROUPS["executors"], self.consumer, 0]
        return await self._scripts.run("leave", [self._tasks], arguments) == 1


def _flat(items: Sequence[ReportItem]) -> list[Argument]:
    return [part for i in items for part in (i.kind, i.node_id, i.note_type, i.body)]
