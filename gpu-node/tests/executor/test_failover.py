"""A gpu-node at one address behind which the server changes, and what it says of servers that
cannot serve."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess, run_gpu_node
from executor.proxy import fault_proxy
from executor.test_http import run
from redis import Redis as Direct
from redis.asyncio import Redis
from services import Valkey, start_valkey
from ulid import ULID

from gpu_node.clock import SystemClock
from gpu_node.contracts.keys import Keys
from gpu_node.redis import clients
from gpu_node.redis.clients import create_command_client
from gpu_node.redis.failures import RedisError, fault_of, is_unavailable
from gpu_node.redis.health import check_redis

PEM = Path(__file__).with_name("untrusted.pem")
NO_DELAY = ("--repl-diskless-sync-delay", "0")
PASSWORD = quote("open sesame")
SICK = [
    "LOADING Redis is loading the dataset in memory",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "CLUSTERDOWN The cluster is down",
    "READONLY You can't write against a read only replica.",
]


async def readiness(node: GpuNodeProcess) -> str:
    """What stands in its way; empty when it is ready."""
    async with httpx.AsyncClient(base_url=node.address) as client:
        answer = await client.get("/readyz")
    return answer.json().get("detail", "")


async def until_said(node: GpuNodeProcess, sentence: str, within_s: float = 60) -> None:
    """Return when /readyz says it, or no longer says anything of Redis if it is empty."""
    async with asyncio.timeout(within_s):
        while True:
            said = await readiness(node)
            if sentence in said if sentence else "Redis" not in said:
                return
            await asyncio.sleep(0.05)


async def works(url: str, prefix: str) -> None:
    """A task is issued there and ends."""
    client = Redis.from_url(url, protocol=2)
    driver = Driver(client, prefix)
    assert (await driver.ending(await driver.issue(make_node("a"))))["outcome"] == "settled"
    await client.aclose()


async def replicate(client: Redis, of: int) -> None:
    """Return when the client's server follows another one."""
    await client.execute_command("REPLICAOF", "127.0.0.1", of)
    async with asyncio.timeout(20):
        while (await client.info("replication"))["master_link_status"] != "up":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_goes_on_with_the_new_primary_behind_its_address(tmp_path: Path) -> None:
    prefix = f"t{ULID()}"
    with (
        start_valkey(tmp_path / "a", *NO_DELAY) as first,
        start_valkey(tmp_path / "b", *NO_DELAY) as second,
    ):
        old, new = (Redis.from_url(each.url, protocol=2) for each in (first, second))
        async with (
            fault_proxy(first.port) as proxy,
            run_gpu_node(proxy.url, tmp_path, key_prefix=prefix) as node,
        ):
            await works(first.url, prefix)
            await replicate(new, first.port)
            await new.execute_command("REPLICAOF", "NO", "ONE")
            await replicate(old, second.port)
            await until_said(node, "Redis is a read-only replica (READONLY).")
            proxy.lead(second.port)
            await until_said(node, "")
            await works(second.url, prefix)
            for sick in SICK:
                proxy.answer(sick)
                await until_said(node, "")
                await works(second.url, prefix)
        await old.aclose()
        await new.aclose()


@asynccontextmanager
async def speaks_tls() -> AsyncIterator[int]:
    """A server whose certificate nobody has signed; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)

    async def serve(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


WRONG = "Redis refuses the user or password of its address (WRONGPASS): correct GPU_NODE_REDIS_URL"


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Valkey, Path]]:
    """A server with a password, a socket, and a user who may only read."""
    folder = tmp_path_factory.mktemp("locked")
    with start_valkey(folder, "--unixsocket", str(folder / "valkey.sock")) as server:
        client = Direct.from_url(server.url, protocol=2)
        client.execute_command("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+@read")
        client.config_set("requirepass", "open sesame")
        client.close()
        yield server, folder / "valkey.sock"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("redis://127.0.0.1:{port}", "its address has none (NOAUTH): correct GPU_NODE_REDIS_URL"),
        ("redis://:no@127.0.0.1:{port}", WRONG),
        ("redis://who:no@127.0.0.1:{port}", WRONG),
        ("redis://reader:secret@127.0.0.1:{port}", "Redis does not let this user do what is"),
        ("redis://:{password}@127.0.0.1:{port}/99", "Redis does not have the database of its"),
        ("redis://nowhere.invalid:1", "The host name of Redis cannot be resolved ("),
        ("redis://127.0.0.1:9", "Nobody listens at the address of Redis (ECONNREFUSED)"),
        ("unix:///nowhere/redis.sock", "There is no socket at the path of Redis (ENOENT)"),
        ("rediss://127.0.0.1:{tls}", "The TLS certificate of Redis is not trusted ("),
        ("redis://127.0.0.1:{tls}", "perhaps it expects TLS and its address asks for none"),
        ("rediss://127.0.0.1:{port}", "speaks no TLS"),
    ],
)
async def test_names_what_is_wrong_with_a_redis(
    locked: tuple[Valkey, Path], address: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sentence == "speaks no TLS":
        # Four times it is waited for an answer that never comes.
        monkeypatch.setattr(clients, "CONNECT_TIMEOUT_S", 1.0)
    async with speaks_tls() as tls:
        url = address.format(port=locked[0].port, tls=tls, password=PASSWORD)
        client = create_command_client(url)
        with pytest.raises((RedisError, OSError)) as failure:
            await client.execute_command("SETRANGE", "a", 0, "b")
        await client.aclose()
    assert sentence in (fault_of(failure.value) or "")
    assert is_unavailable(failure.value)


async def test_says_in_log_and_readiness_what_is_wrong_with_its_redis(
    locked: tuple[Valkey, Path], tmp_path: Path
) -> None:
    url = f"redis://:no@127.0.0.1:{locked[0].port}"
    async with run_gpu_node(url, tmp_path, wait_for="redis cannot be used") as node:
        assert (await node.says("redis cannot be used"))["fault"] == WRONG
        await until_said(node, WRONG)


async def test_takes_socket_password_and_database_from_its_address(
    locked: tuple[Valkey, Path], tmp_path: Path
) -> None:
    url = f"unix://:{PASSWORD}@{locked[1]}?db=3"
    async with run_gpu_node(url, tmp_path, key_prefix=f"t{ULID()}") as node:
        assert "Redis" not in await readiness(node)
    plain = Direct.from_url(f"redis://:{PASSWORD}@127.0.0.1:{locked[0].port}", protocol=2)
    assert "db3" in plain.info("keyspace")
    plain.close()


async def test_says_that_its_redis_is_full(tmp_path: Path) -> None:
    with start_valkey(tmp_path / "valkey", "--maxmemory", "1") as server:
        async with run_gpu_node(server.url, tmp_path, key_prefix=f"t{ULID()}") as node:
            await until_said(node, "Redis is full: it has reached its maxmemory (OOM).")


async def test_refuses_a_cluster_at_its_start(tmp_path: Path) -> None:
    with start_valkey(tmp_path / "valkey", "--cluster-enabled", "yes") as server:
        settings = {"port": 0, "redis_url": server.url, "data_dir": tmp_path}
        settings |= {"s3_endpoint": "http://127.0.0.1:9", "s3_access_key": "a"}
        status, _, err = await run(**settings, s3_secret_key="b")
    assert status == 1
    assert (
        "Redis is a cluster, and its address names a single server: write redis+cluster://." in err
    )
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("hello", "version"),
    [
        (b"*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n6.2.14\r\n", "6.2.14"),
        (b"-ERR unknown command `HELLO`, with args beginning with: \r\n", "5 or older"),
    ],
)
async def test_refuses_an_old_redis_at_its_start_and_names_it_when_it_comes_later(
    tmp_path: Path, hello: bytes, version: str
) -> None:
    sentence = (
        f"Redis is version {version}, but must be 7.0 or newer, or Valkey 7.2 or newer: "
        "update the server."
    )
    async with answering(hello) as url:
        client = create_command_client(url)
        said = await check_redis(
            {"s0": client}, Keys("msb"), "default", is_cluster=False, clock=SystemClock()
        )
        assert said == sentence
        await client.aclose()
        settings = {"port": 0, "redis_url": url, "data_dir": tmp_path}
        settings |= {"s3_endpoint": "http://127.0.0.1:9", "s3_access_key": "a"}
        status, _, err = await run(**settings, s3_secret_key="b")
    assert status == 1
    assert sentence in err
    assert "Traceback" not in err


@asynccontextmanager
async def answering(hello: bytes) -> AsyncIterator[str]:
    """A server that answers this to HELLO, and OK to everything else."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            lines = [await reader.readline() for _ in range(2 * int(head[1:]))]
            writer.write(hello if lines[1].strip() == b"HELLO" else b"+OK\r\n")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
