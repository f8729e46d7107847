"""A gateway without a driver is told of results, once for all that come while it works."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from executor.driver import Driver, make_node
from executor.process import run_gpu_node
from redis.asyncio import Redis
from services import Valkey
from ulid import ULID

HINT = ("POST /internal/drain HTTP/1.1", "Bearer the-token")


class Gateway:
    """Answers each question when it is let to."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.split("\r\n")
                given = [line.split(": ", 1)[1] for line in lines if "uthorization:" in line]
                self.asked.put_nowait((lines[0], *given))
                body = await self.answers.get()
                length = f"Content-Length: {len(body)}\r\n"
                status = b"200 OK" if body else b"503 Away"
                writer.write(b"HTTP/1.1 " + status + b"\r\n" + length.encode() + b"\r\n" + body)
        writer.close()


@asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    """On a free port."""
    it = Gateway()
    server = await asyncio.start_server(it.serve, "127.0.0.1", 0)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()


async def test_tells_a_gateway_of_results(valkey: Valkey, redis: Redis, tmp_path: Path) -> None:
    prefix = f"t{ULID()}"
    driver = await Driver(redis, prefix).skip_past()
    async with gateway() as edge, asyncio.timeout(60):
        drain_url = f"http://drain:the-token@127.0.0.1:{edge.port}"
        async with run_gpu_node(
            valkey.url, tmp_path, key_prefix=prefix, drain_url=drain_url
        ) as node:
            for _ in range(2):
                await driver.ending(await driver.issue(make_node("a")))
            # The second result came while the first question was open: one more for both.
            assert await edge.asked.get() == HINT
            assert edge.asked.empty()
            edge.answers.put_nowait(b'{"runs": 1, "more": false}')
            assert await edge.asked.get() == HINT
            # It had no time for all.
            edge.answers.put_nowait(b'{"runs": 1, "more": true}')
            assert await edge.asked.get() == HINT
            edge.answers.put_nowait(b"")
            line = await node.says("the gateway could not be told of results")
            assert line["fault"] == "it answers 503"
            # Nothing depends on it.
            await driver.ending(await driver.issue(make_node("a")))
            assert await edge.asked.get() == HINT
            edge.answers.put_nowait(b'{"runs": 1, "more": false}')
        assert "the-token" not in str(node.log)
