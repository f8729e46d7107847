"""The blocking reads of one shard's task stream, and their connection."""

from typing import Any

from redis.asyncio import Redis

from gpu_node.contracts.keys import Keys
from gpu_node.contracts.wire import GROUPS
from gpu_node.redis.steps import Entry, text


class TaskReader:
    """Reads as one consumer. After a failure `reset` the connection and read `own_pending`
    first."""

    def __init__(
        self, client: Redis, keys: Keys, shard: str, *, pool: str, consumer: str, block_ms: int
    ) -> None:
        self.shard = shard
        self._client = client
        self._stream = keys.pool_tasks(shard, pool)
        self._consumer = consumer
        self._block_ms = block_ms

    async def own_pending(self, count: int) -> list[Entry]:
        """The oldest entries that were given to this consumer and are not ended, held ones too."""
        return await self._read("COUNT", count, "STREAMS", self._stream, "0")

    async def read(self, count: int) -> list[Entry]:
        """Wait for up to `count` new entries; empty when none came in time."""
        return await self._read(
            "COUNT", count, "BLOCK", self._block_ms, "STREAMS", self._stream, ">"
        )

    async def read_left(self) -> list[Entry]:
        """An entry that nobody waits for, if there is one."""
        return await self._read("COUNT", 1, "STREAMS", self._stream, ">")

    async def reset(self) -> None:
        """Drop the connection, whatever state it is in."""
        await self._client.connection_pool.disconnect()

    async def _read(self, *arguments: str | int) -> list[Entry]:
        answer = await self._client.execute_command(
            "XREADGROUP", "GROUP", GROUPS["executors"], self._consumer, *arguments
        )
        return _entries(answer)


def _entries(answer: Any) -> list[Entry]:
    """`[[stream, [(id, fields), ...]]]`; the fields of an entry whose body was deleted are
    empty."""
    return [_entry(entry_id, fields) for _, rows in answer or [] for entry_id, fields in rows]


def _entry(entry_id: Any, fields: dict[bytes, bytes] | None) -> Entry:
    pairs = fields or {}
    return Entry(text(entry_id), text(pairs.get(b"task", b"")), bytes(pairs.get(b"body", b"")))
