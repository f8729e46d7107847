"""A real server per session, a key prefix and a gpu-node per test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from services import Valkey, start_valkey
from ulid import ULID

from executor.driver import Driver
from executor.process import GpuNodeProcess, run_gpu_node


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A server for all tests that do not hurt it."""
    with start_valkey(tmp_path_factory.mktemp("valkey"), "--appendonly", "no") as server:
        yield server


@pytest_asyncio.fixture
async def redis(valkey: Valkey) -> AsyncIterator[Redis]:
    """A client of that server."""
    client = Redis.from_url(valkey.url, protocol=2)
    yield client
    await client.aclose()


@pytest.fixture
def prefix() -> str:
    """Keys of this test only."""
    return f"t{ULID()}"


@pytest.fixture
def driver(redis: Redis, prefix: str) -> Driver:
    """Issues tasks in the first shard."""
    return Driver(redis, prefix)


@pytest_asyncio.fixture
async def gpu_node(valkey: Valkey, prefix: str, tmp_path: Path) -> AsyncIterator[GpuNodeProcess]:
    """A gpu-node with the test extension and usual settings."""
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix) as node:
        yield node
