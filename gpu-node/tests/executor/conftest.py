"""A real server per session, a gpu-node per module, a driver per test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from executor.driver import Driver
from executor.process import GpuNodeProcess, run_gpu_node
from redis.asyncio import Redis
from services import Valkey, start_valkey
from ulid import ULID

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all tests here: a gpu-node outlives the test that started it."""
    in_session = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(in_session, append=False)


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A server for all tests that do not hurt it."""
    with start_valkey(tmp_path_factory.mktemp("valkey"), "--appendonly", "no") as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def redis(valkey: Valkey) -> AsyncIterator[Redis]:
    """A client of that server."""
    client = Redis.from_url(valkey.url, protocol=2)
    yield client
    await client.aclose()


@pytest.fixture(scope="module")
def prefix() -> str:
    """Keys of this module only."""
    return f"t{ULID()}"


@pytest_asyncio.fixture(loop_scope="session")
async def driver(redis: Redis, prefix: str) -> Driver:
    """Issues tasks in the first shard."""
    return await Driver(redis, prefix).skip_past()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def gpu_node(
    request: pytest.FixtureRequest,
    valkey: Valkey,
    prefix: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[GpuNodeProcess]:
    """A gpu-node with the test extension, and the engines that we ship where the module says
    ENGINES; its leases are short, so that what waits for a renew is quick."""
    folder = tmp_path_factory.mktemp("gpu-node")
    engines = getattr(request.module, "ENGINES", False)
    settings = {"key_prefix": prefix, "lease_ms": 4000, "renew_ms": 400}
    async with run_gpu_node(valkey.url, folder, engines=engines, **settings) as node:
        yield node
