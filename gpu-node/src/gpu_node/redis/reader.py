"""The reads of one shard's tasks, by level of priority: those that wait are taken in their turn,
and where none waits a read waits for all levels at once. task-reader.ts is its twin."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from gpu_node.clock import Clock
from gpu_node.contracts import steps
from gpu_node.contracts.keys import Keys
from gpu_node.contracts.wire import GROUPS, PRIORITIES
from gpu_node.redis.failures import RedisError, is_no_group
from gpu_node.redis.scripts import ScriptRunner
from gpu_node.redis.steps import Entry, task_stream, text, to_entry


class TaskReader:
    """Reads as one consumer. After a failure `reset` the connection and read `own_pending`
    first."""

    def __init__(
        self,
        client: Redis,
        keys: Keys,
        shard: str,
        *,
        pool: str,
        consumer: str,
        block_ms: int,
        clock: Clock,
    ) -> None:
        self.shard = shard
        self._client = client
        self._scripts = ScriptRunner(client, clock)
        self._keys = keys
        self._pool = pool
        self._levels = {task_stream(keys, shard, pool, level): level for level in PRIORITIES}
        self._streams = {level: stream for stream, level in self._levels.items()}
        self._consumer = consumer
        self._block_ms = block_ms
        self._empty: Sequence[str] | None = None
        """Levels known to be empty when last looked at, so that waiting costs no look before."""

    async def own_pending(self, count: int) -> list[Entry]:
        """The oldest entries that were given to this consumer and are not ended, held ones too."""
        found: list[Entry] = []
        for level in PRIORITIES:
            try:
                found += await self._read([level], "0", "COUNT", count)
            except RedisError as error:
                # A pool from before there were levels has one stream.
                if level == "normal" or not is_no_group(error):
                    raise
        return found

    async def read(self, count: int) -> list[Entry]:
        """What waits, at most `count`, and if that is nothing what comes in time.

        Of each level up to `count` may come: what finds no place is given back.
        """
        if self._empty is None:
            entries, levels = await self._look(count)
            if len(entries) < count:
                self._empty = levels
            if entries:
                return entries
        waited = self._empty or []
        self._empty = None
        # Without any the server says which group is missing.
        options = ("COUNT", count, "BLOCK", self._block_ms)
        entries = await self._read(waited or ["normal"], ">", *options)
        if 0 < len(entries) < count:
            self._empty = waited
        return entries

    async def read_left(self) -> list[Entry]:
        """An entry that nobody waits for, if there is one."""
        return (await self._look(1))[0]

    async def reset(self) -> None:
        """Drop the connection, whatever state it is in."""
        await self._client.connection_pool.disconnect()

    async def _look(self, places: int) -> tuple[list[Entry], list[str]]:
        step = steps.pull(
            self._keys,
            shard=self.shard,
            pool=self._pool,
            consumer=self._consumer,
            places=places,
        )
        rows, levels = await self._scripts.run_alone(step)
        return [to_entry(row) for row in rows], [text(level) for level in levels]

    async def _read(self, levels: Sequence[str], start: str, *options: str | int) -> list[Entry]:
        streams = [self._streams[level] for level in levels]
        answer = await self._client.execute_command(
            "XREADGROUP",
            "GROUP",
            GROUPS["executors"],
            self._consumer,
            *options,
            "STREAMS",
            *streams,
            *[start] * len(streams),
        )
        return [
            _entry(entry_id, fields, self._levels[text(stream)])
            for stream, rows in answer or []
            for entry_id, fields in rows
        ]


def _entry(entry_id: Any, fields: dict[bytes, bytes] | None, level: str) -> Entry:
    """The fields of an entry whose body was deleted are empty."""
    pairs = fields or {}
    task, body = pairs.get(b"task", b""), pairs.get(b"body", b"")
    return Entry(text(entry_id), text(task), bytes(body), level)
