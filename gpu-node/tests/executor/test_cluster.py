"""A cluster at its address: by TLS, and what is said of one that cannot be used."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis import Redis as Direct
from services import Valkey, free_ports, start_valkey

from gpu_node.clock import SystemClock
from gpu_node.contracts.keys import Keys
from gpu_node.errors import CannotServe
from gpu_node.redis.clients import create_command_client, create_listener
from gpu_node.redis.failures import RedisError, fault_of
from gpu_node.redis.health import check_redis, refuse_unfit

PEM = Path(__file__).with_name("untrusted.pem")
KEYS = Keys("msb")
BUS = 10_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A cluster of one server, which wants a password."""
    (port,) = free_ports(1, above=BUS)
    flags = ("--cluster-enabled", "yes")
    with start_valkey(tmp_path_factory.mktemp("cluster"), *flags, port=port) as server:
        with Direct(port=port, protocol=2) as client:
            client.config_set("requirepass", "secret")
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            while b"cluster_state:ok" not in (client.execute_command("CLUSTER", "INFO") or b""):
                time.sleep(0.02)
        yield server


def owner(server: Valkey) -> Direct:
    return Direct(port=server.port, password="secret", protocol=2)


async def health(url: str, *shards: str) -> str | None:
    """What /readyz says of shards, or of the first."""
    clients = {shard: create_command_client(url, shard=shard) for shard in shards or ["s0"]}
    try:
        return await check_redis(clients, KEYS, "default", is_cluster=True, clock=SystemClock())
    finally:
        for client in clients.values():
            await client.aclose()


@asynccontextmanager
async def tls_before(port: int) -> AsyncGenerator[int]:
    """Takes TLS for a server that has none; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up, down = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, down), pass_on(up, writer), return_exceptions=True)

    front = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    try:
        yield front.sockets[0].getsockname()[1]
    finally:
        front.close()


async def test_says_what_is_wrong_with_a_cluster_and_where(server: Valkey) -> None:
    place = f"127.0.0.1:{server.port}"
    assert await health(f"redis+cluster://:secret@{place}") is None
    refused = "Redis refuses the user or password of its address (WRONGPASS): "
    refused += "correct GPU_NODE_REDIS_URL: shard s0 on"
    assert await health(f"redis+cluster://:no@{place}") == f"{refused} {place}."
    # What all have is said once.
    said = await health(f"redis+cluster://:no@{place}", "s0", "s1", "s2")
    assert said == f"{refused.replace('shard s0', 'shards s0, s1, s2')} {place}."
    nobody = "Nobody listens at the address of Redis (ECONNREFUSED): shard s0 on 127.0.0.1:9."
    assert await health("redis+cluster://:secret@127.0.0.1:9") == nobody
    # Some of the servers are enough to find all.
    assert await health(f"redis+cluster://:secret@127.0.0.1:9,{place}") is None
    with owner(server) as client:
        slot = client.execute_command("CLUSTER", "KEYSLOT", "{s1}")
        client.execute_command("CLUSTER", "DELSLOTS", slot)
        down = "Redis is a cluster that is down, or in which nobody has these keys (CLUSTERDOWN)"
        said = await health(f"redis+cluster://:secret@{place}", "s1")
        client.execute_command("CLUSTER", "ADDSLOTS", slot)
    assert said == f"{down}: shard s1 on {place}."


async def test_takes_no_single_server_for_a_cluster(tmp_path: Path) -> None:
    with start_valkey(tmp_path / "single") as single:
        url = single.url.replace("redis:", "redis+cluster:")
        client = create_command_client(url)
        with pytest.raises(CannotServe, match="no cluster, and its address is of one"):
            await refuse_unfit(client, is_cluster=True)
        await client.aclose()


async def test_finds_a_cluster_by_tls(server: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    async with tls_before(server.port) as port:
        with owner(server) as client:
            client.config_set("cluster-announce-bus-port", server.port + BUS)
            client.config_set("cluster-announce-port", port)
        url = f"rediss+cluster://:secret@127.0.0.1:{port}"
        assert "The TLS certificate of Redis is not trusted" in str(await health(url))
        monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
        assert await health(url) is None
        listener, teller = create_listener(url), create_command_client(url, shard="s3")
        async with listener.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe("msb:{s3}:one")
            await teller.publish("msb:{s3}:one", "cancel x")
            async with asyncio.timeout(20):
                while (message := await heard.get_message(timeout=1)) is None:
                    pass
        assert message["data"] == b"cancel x"
        with pytest.raises((RedisError, OSError)) as failure:
            await create_command_client(url.replace("rediss", "redis")).execute_command(
                "GET", "{s0}"
            )
        assert "perhaps it expects TLS" in str(fault_of(failure.value))
        for each in (listener, teller):
            await each.aclose()
