"""The same no-op in other queues: `peers.py <queue> work` runs it, `peers.py <queue> produce`
enqueues; each line of its input is `<count> <pause in s>`. PEER_URL names the server."""

import asyncio
import os
import sys
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import uvloop
from ledger import Ledger

CONCURRENCY = 32

Enqueue = Callable[[str], Awaitable[Any]]


class Peer(Protocol):
    """One queue, with its defaults except for the concurrency."""

    async def work(self) -> None:
        """Run tasks for ever."""
        ...

    def open(self) -> AbstractAsyncContextManager[Enqueue]:
        """What enqueues a task."""
        ...


class SaqPeer:
    """SAQ: a list, results in Redis."""

    def __init__(self, url: str, ledger: Ledger | None) -> None:
        import redis.asyncio
        from saq.queue.redis import RedisQueue

        self._ledger = ledger
        # redis-py 8 gives up a blocking read after 5 s, and what the server hands to the dead
        # connection waits there for minutes: SAQ needs the older default.
        client = redis.asyncio.from_url(url, socket_timeout=None)
        self._queue = RedisQueue(client, name="bench")

    async def work(self) -> None:
        from saq import Worker

        async def noop(_context: Any, *, text: str) -> str:
            self._ledger.hear(text)
            return text

        await Worker(self._queue, functions=[("noop", noop)], concurrency=CONCURRENCY).start()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Enqueue]:
        await self._queue.connect()
        yield lambda text: self._queue.enqueue("noop", text=text)


class TaskiqPeer:
    """taskiq-redis: a stream with a consumer group, results in Redis."""

    def __init__(self, url: str, ledger: Ledger | None) -> None:
        from taskiq_redis import RedisAsyncResultBackend, RedisStreamBroker

        results = RedisAsyncResultBackend(url, result_ex_time=600)
        self._broker = RedisStreamBroker(url, queue_name="bench", consumer_id="0")
        self._broker = self._broker.with_result_backend(results)

        async def noop(text: str) -> str:
            ledger.hear(text)
            return text

        self._noop = self._broker.register_task(noop, task_name="noop")

    async def work(self) -> None:
        from taskiq.api import run_receiver_task

        await run_receiver_task(self._broker, max_async_tasks=CONCURRENCY, run_startup=True)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Enqueue]:
        await self._broker.startup()
        yield lambda text: self._noop.kiq(text)


class StreaqPeer:
    """streaq: a stream with a consumer group, results in Redis."""

    def __init__(self, url: str, ledger: Ledger | None) -> None:
        from streaq import Worker

        self._worker = Worker(redis_url=url, concurrency=CONCURRENCY, queue_name="bench")

        async def noop(text: str) -> str:
            ledger.hear(text)
            return text

        self._noop = self._worker.task(name="noop")(noop)

    async def work(self) -> None:
        await self._worker.run_async()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Enqueue]:
        async def enqueue(text: str) -> None:
            await self._noop.enqueue(text)

        async with self._worker:
            yield enqueue


PEERS: dict[str, Callable[[str, Ledger | None], Peer]] = {
    "saq": SaqPeer,
    "taskiq-redis": TaskiqPeer,
    "streaq": StreaqPeer,
}


async def produce(peer: Peer) -> None:
    """Enqueue on demand; says when each enqueue was begun if there is a pause between them."""
    async with peer.open() as enqueue:
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            count, pause_s = line.split()
            for _ in range(int(count)):
                await _send(enqueue, float(pause_s))
            print("done", flush=True)


async def _send(enqueue: Enqueue, pause_s: float) -> None:
    text = str(uuid.uuid4())
    begun = time.monotonic_ns()
    await enqueue(text)
    if pause_s:
        print("sent", text, begun, flush=True)
        await asyncio.sleep(pause_s)


def main(name: str, role: str) -> None:
    """Run as worker or as producer."""
    ledger = Ledger(os.environ["BENCH_LEDGER"]) if role == "work" else None
    peer = PEERS[name](os.environ["PEER_URL"], ledger)
    uvloop.run(peer.work() if role == "work" else produce(peer))


if __name__ == "__main__":
    main(*sys.argv[1:])
