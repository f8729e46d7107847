"""The reads of one shard's tasks, by level of priority: those that wait are taken in their turn,
and where none waits a read waits for all levels at once. task-reader.ts is its twin."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
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
        on_trip: Callable[[float], None] = lambda _: None,
    ) -> None:
        """`on_trip` hears how long a question took that is answered at once."""
        self.shard = shard
        self._client = client
        self._scripts = ScriptRunner(client, clock)
        self._keys = keys
        self._pool = pool
        self._levels = {task_stream(keys, shard, pool, level): level for level in PRIORITIES}
        self._streams = {level: stream for stream, level in self._levels.items()}
        self._consumer = consumer
        self._block_ms = block_ms
        self._clock = clock
        self._on_trip = on_trip
        self._empty: Sequence[str] | None = None
        """Levels known to be empty when last looked at, so that waiting costs no look before."""
        self._empty_since = 0.0
        """What comes of them was issued after that, by our clock."""

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

    async def read(self, count: int, more: int = 0) -> list[Entry]:
        """What waits, at most `count` and `more`, and if that is nothing what comes in time.

        Of each level up to `count` may come: what finds no place is given back.
        """
        if self._empty is None:
            sent = self._clock.elapsed()
            entries, levels = await self._look(count + more)
            if len(entries) < count + more:
                self._empty, self._empty_since = levels, sent
            if entries:
                return entries
        waited, since, sent = self._empty or [], self._empty_since, self._clock.elapsed()
        self._empty = None
        # Without any the server says which group is missing.
        options = ("COUNT", count, "BLOCK", self._block_ms)
        entries = await self._read(waited or ["normal"], ">", *options, since=since)
        if 0 < len(entries) < count:
            self._empty, self._empty_since = waited, sent
        return entries

    async def read_left(self, count: int = 1) -> list[Entry]:
        """Entries that nobody waits for, if there are any."""
        return (await self._look(count))[0]

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
        sent = self._clock.elapsed()
        rows, levels, now = await self._scripts.run_alone(step)
        self._on_trip(self._clock.elapsed() - sent)
        entries = [
            replace(to_entry(row), start_until=_until(text(row[4]), int(now), sent)) for row in rows
        ]
        return entries, [text(level) for level in levels]

    async def _read(
        self,
        levels: Sequence[str],
        start: str,
        *options: str | int,
        since: float | None = None,
    ) -> list[Entry]:
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
            _entry(entry_id, fields, self._levels[text(stream)], since)
            for stream, rows in answer or []
            for entry_id, fields in rows
        ]


def _entry(
    entry_id: Any, fields: dict[bytes, bytes] | None, level: str, since: float | None
) -> Entry:
    """The fields of an entry whose body was deleted are empty. It was issued after `since`."""
    pairs = fields or {}
    task, body = pairs.get(b"task", b""), pairs.get(b"body", b"")
    until = None
    if since is not None:
        issued_at = int(text(entry_id).partition("-")[0])
        until = _until(text(pairs.get(b"start_by", b"")), issued_at, since)
    return Entry(text(entry_id), text(task), bytes(body), level, until)


def _until(start_by: str, at: int, since: float) -> float | None:
    """The start deadline by our clock, which was `since` or later when Redis had `at`; None where
    it is not known."""
    if start_by == "0":
        return inf
    return since + (int(start_by) - at) / 1000 if start_by.isdecimal() else None
