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
from gpu_node.contracts.steps import Step
from gpu_node.contracts.wire import GROUPS, PRIORITIES
from gpu_node.redis.failures import RedisError, is_no_group
from gpu_node.redis.in_order import InOrder
from gpu_node.redis.scripts import ScriptRunner
from gpu_node.redis.steps import Entry, task_stream, text, to_entry

Command = Sequence[str | int]

SOON_S = 0.002
"""What comes later than that, beside the way, did not lie there."""

LOOK_AGAIN_S = 60.0
"""Then it is looked anew: a level may have got its stream meanwhile."""


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
        self._line = InOrder(client)
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
        """Levels that need no look before they are waited for: they were empty when last looked at,
        or what came last had been waited for."""
        self._known: Sequence[str] = []
        """Levels that can be waited for, as it was last heard."""
        self._empty_since = 0.0
        """When they were known to be empty: what comes of them was issued after that, by our
        clock."""
        self._trip_s = 0.0

    async def own_pending(self, count: int) -> list[Entry]:
        """The oldest entries that were given to this consumer and are not ended, held ones too."""
        found: list[Entry] = []
        for level in PRIORITIES:
            try:
                command = self._command([level], "0", "COUNT", count)
                found += self._entries(await self._line.ask_one(*command))
            except RedisError as error:
                # A pool from before there were levels has one stream.
                if level == "normal" or not is_no_group(error):
                    raise
        return found

    async def read(self, count: int, more: int = 0) -> list[Entry]:
        """What waits, at most `count` and `more`, and if that is nothing what comes in time.

        Of each level up to `count` may come: what finds no place is given back. Where as much came
        as was asked for, and not at once, the next read waits without a look: a run that goes on
        elsewhere and comes back here meets one that waits. For `more` it is looked as soon as
        waiting is over, when all others who wait have been served.
        """
        if self._empty is None and (found := await self._look(count + more)):
            return found
        waited, since, sent = self._empty or [], self._empty_since, self._clock.elapsed()
        self._empty = None
        command = self._wait(waited, count, self._block_ms)
        if more:
            return await self._wait_and_look(command, more, since, sent)
        entries = self._entries(await self._line.ask_one(*command), since)
        if 0 < len(entries) < count:
            self._empty, self._empty_since = waited, sent
        elif len(entries) == count and self._had_to_wait(since, sent):
            self._empty, self._empty_since = waited, since
        return entries

    def _had_to_wait(self, since: float, sent: float) -> bool:
        now = self._clock.elapsed()
        return now - sent > self._trip_s + SOON_S and now - since < LOOK_AGAIN_S

    async def read_left(self, count: int = 1) -> list[Entry]:
        """Entries that nobody waits for, if there are any."""
        return await self._look(count)

    async def read_behind(self, count: int, block_ms: int) -> list[Entry]:
        """At most `count` of what comes in that time, waited for as soon as a look is over that is
        still on its way."""
        sent = self._clock.elapsed()
        answer = await self._line.ask_one(*self._wait(self._known, count, block_ms))
        # By now the look has said what lay there before.
        since = None if self._empty is None else self._empty_since
        entries = self._entries(answer, since)
        if len(entries) >= count and not self._had_to_wait(self._empty_since, sent):
            self._empty = None
        return entries

    async def reset(self) -> None:
        """Drop the connection, whatever state it is in."""
        # Another server may know less.
        self._empty = None
        await self._line.drop()

    async def _wait_and_look(
        self, command: Command, places: int, since: float, sent: float
    ) -> list[Entry]:
        look = self._scripts.command(self._pull(places))
        brought, looked = await self._line.ask(command, look)
        if isinstance(brought, Exception):
            raise brought
        entries = self._entries(brought, since)
        if isinstance(looked, Exception):
            # What it may have taken is found by a renewal; the next read says what is wrong.
            return entries
        return entries + self._found(looked, places, sent)

    async def _look(self, places: int) -> list[Entry]:
        sent = self._clock.elapsed()
        answer = await self._scripts.run_by(self._line.ask_one, self._pull(places))
        self._trip_s = self._clock.elapsed() - sent
        self._on_trip(self._trip_s)
        return self._found(answer, places, sent)

    def _pull(self, places: int) -> Step[Any]:
        return steps.pull(
            self._keys,
            shard=self.shard,
            pool=self._pool,
            consumer=self._consumer,
            places=places,
        )

    def _found(self, answer: Any, places: int, sent: float) -> list[Entry]:
        """Of a look that was sent then."""
        rows, levels, now = answer
        entries = [
            replace(to_entry(row), start_until=_until(text(row[4]), int(now), sent)) for row in rows
        ]
        is_all = len(entries) < places
        self._known = [text(level) for level in levels]
        self._empty = self._known if is_all else None
        self._empty_since = sent
        return entries

    def _wait(self, levels: Sequence[str], count: int, block_ms: int) -> Command:
        # Without any the server says which group is missing.
        return self._command(levels or ["normal"], ">", "COUNT", count, "BLOCK", block_ms)

    def _command(self, levels: Sequence[str], start: str, *options: str | int) -> Command:
        streams = [self._streams[level] for level in levels]
        group = ("GROUP", GROUPS["executors"], self._consumer)
        starts = [start] * len(streams)
        return ("XREADGROUP", *group, *options, "STREAMS", *streams, *starts)

    def _entries(self, answer: Any, since: float | None = None) -> list[Entry]:
        return [
            _entry(entry_id, fields, self._levels[text(stream)], since)
            for stream, rows in answer or []
            for entry_id, fields in rows
        ]


def _entry(entry_id: Any, fields: Sequence[bytes] | None, level: str, since: float | None) -> Entry:
    """The fields of an entry whose body was deleted are empty. It was issued after `since`."""
    fields = fields or []
    pairs = dict(zip(fields[::2], fields[1::2], strict=False))
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
