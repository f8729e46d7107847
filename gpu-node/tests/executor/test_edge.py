"""Redis through an edge: everything that a gpu-node needs of it, and what it says and does when the
edge refuses, cuts, stalls or forgets."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from executor.driver import Driver, make_node
from executor.edge import TOKEN, WAYS, Edge, stand_in, way_through
from executor.process import GpuNodeProcess, run_gpu_node, until
from executor.test_failover import until_said
from redis.asyncio import Redis
from services import Valkey
from ulid import ULID

from gpu_node.addresses import ServiceToken
from gpu_node.clock import SystemClock
from gpu_node.contracts.keys import Keys
from gpu_node.redis.backoff import Backoff
from gpu_node.redis.clients import create_command_client, create_listener, create_reader_client
from gpu_node.redis.control_channel import listen_to_control
from gpu_node.redis.failures import RedisError, fault_of, is_unavailable

FLAWS = {
    "expired": "certificate has expired",
    "of-another": "IP address mismatch, certificate is not valid for '127.0.0.1'.",
}
ACCESS = {
    "access_client_id": TOKEN.client_id,
    "access_client_secret": TOKEN.client_secret,
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def edge(valkey: Valkey, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Edge]:
    """Before the server of all tests; trusted by this process."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("edge")
        async with stand_in(folder, valkey.port, flaws=list(FLAWS)) as between:
            patch.setenv("SSL_CERT_FILE", between.certificate)
            yield between


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def well_behaved(edge: Edge) -> AsyncIterator[None]:
    """Each test begins and ends with an edge that passes everything on."""
    yield
    await edge.well()


@pytest_asyncio.fixture(loop_scope="session", scope="module", params=WAYS)
async def url(request: pytest.FixtureRequest, edge: Edge) -> AsyncIterator[str]:
    """Where Redis is for a box, by each way that there is."""
    async with way_through(request.param, edge) as address:
        yield address


async def test_carries_commands_of_any_size(url: str) -> None:
    client, key = create_command_client(url, TOKEN), f"t{ULID()}"
    assert await client.ping()
    for size in (0, 1, 65_535, 65_536, 65_537, 3_000_000):
        value = bytes(i % 251 for i in range(min(size, 1000))) * (size // 1000) + b"x" * size
        assert await client.set(key, value)
        assert await client.get(key) == value
    pipeline = client.pipeline(transaction=False)
    for i in range(500):
        pipeline.eval("return ARGV[1]", 0, i)
    assert await pipeline.execute() == [str(i).encode() for i in range(500)]
    await client.delete(key)
    await client.aclose()


async def test_carries_reads_that_wait_and_messages(url: str, redis: Redis) -> None:
    key = f"t{ULID()}"
    reader, listener = create_reader_client(url, 20_000, TOKEN), create_listener(url, TOKEN)
    reading = asyncio.create_task(reader.xread({key: "$"}, block=20_000))
    async with asyncio.timeout(20):
        while not (await redis.info("clients"))["blocked_clients"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await redis.xadd(key, {"a": "b"})
        assert (await reading)[0][1][0][1] == {b"a": b"b"}
        async with listener.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(key)
            await heard.parse_response()
            await redis.publish(key, "hello")
            message = await heard.parse_response()
        assert message[2] == b"hello"
    await redis.delete(key)
    await reader.aclose()
    await listener.aclose()


async def test_carries_over_a_slow_link(url: str, edge: Edge) -> None:
    await edge.behave(delayMs=40, bytesPerSecond=1_000_000)
    client = create_command_client(url, TOKEN)
    answers = await asyncio.gather(*(client.echo(bytes([65 + i]) * 50_000) for i in range(8)))
    assert [answer[:1] for answer in answers] == [bytes([65 + i]) for i in range(8)]
    await client.aclose()


async def test_a_listener_that_was_forgotten_listens_anew(
    edge: Edge, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpu_node.redis.control_channel.POLL_S", 0.1)
    keys, heard = Keys(f"t{ULID()}"), asyncio.Event()
    client = create_listener(edge.url, TOKEN)
    channel = keys.channel_pool_control("s0", "p")
    listening = asyncio.create_task(
        listen_to_control(
            client,
            keys,
            ["s0"],
            pool="p",
            handlers={"cancel": lambda _: heard.set()},
            backoff=Backoff(SystemClock(), lambda: 0.0),
        )
    )

    async def until_heard() -> None:
        heard.clear()
        async with asyncio.timeout(20):
            while not heard.is_set():
                await redis.publish(channel, "cancel task")
                await asyncio.sleep(0.02)

    await until_heard()
    await edge.tell(suffer="forget")
    await until_heard()
    listening.cancel()
    await client.aclose()


@pytest.mark.parametrize(
    ("manners", "sentence"),
    [
        ({"mode": "forbidden"}, "refuses the service token, or it has expired (403)"),
        ({"mode": "login"}, "sends to a page to log in: the policy of its Access application"),
        ({"mode": "page"}, "answers with a page in place of a tunnel (200)"),
        ({"mode": "unknown"}, "knows no tunnel of this name (404)"),
        ({"mode": "away"}, "cannot reach it: the tunnel or what is behind it is away (530)"),
        ({"mode": "garbage"}, "answers something that is no tunnel"),
        ({"mode": "hang-up"}, "has cut the connection"),
        ({"mode": "silent"}, "does not answer in time"),
        ({"mode": "dribble"}, "does not answer in time"),
        ({"mode": "endless"}, "answers something that is no tunnel"),
        ({"mode": "another-key"}, "answers something that is no tunnel"),
        ({"token": {"id": "box-1", "secret": "another"}}, "refuses the service token"),
    ],
    ids=lambda value: next(iter(value.values())) if isinstance(value, dict) else None,
)
async def test_names_what_an_edge_does_in_place_of_passing_on(
    edge: Edge, manners: dict[str, object], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gpu_node.redis.clients.CONNECT_TIMEOUT_S", 0.5)
    await edge.behave(**manners)
    client = create_reader_client(edge.url, 10_000, TOKEN)
    with pytest.raises((RedisError, OSError)) as failure:
        await client.ping()
    assert f"The edge before Redis {sentence}" in (fault_of(failure.value) or "")
    assert is_unavailable(failure.value)
    assert TOKEN.client_secret not in repr((failure.value, client, client.connection_pool))
    await edge.well()
    assert await client.ping()
    await client.aclose()


async def test_names_a_missing_token_and_an_edge_that_is_not_trusted(
    edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    for trusted, sentence in [
        (True, "The edge before Redis wants a service token, and none is set (403)"),
        (False, "The TLS certificate of Redis is not trusted ("),
    ]:
        if not trusted:
            monkeypatch.delenv("SSL_CERT_FILE")
        client = create_command_client(edge.url)
        with pytest.raises((RedisError, OSError)) as failure:
            await client.ping()
        await client.aclose()
        assert (fault_of(failure.value) or "").startswith(sentence)


@pytest.mark.parametrize("flaw", FLAWS)
async def test_names_what_is_wrong_with_a_certificate(
    edge: Edge, flaw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It is known who made it.
    monkeypatch.setenv("SSL_CERT_FILE", str(Path(edge.certificate).parent / flaw / "tls.pem"))
    client = create_reader_client(f"redis+wss://{edge.host}:{edge.ports[flaw]}", 0, TOKEN)
    with pytest.raises((RedisError, OSError)) as failure:
        await client.ping()
    await client.aclose()
    said = f"The TLS certificate of Redis is not trusted ({FLAWS[flaw]})"
    assert fault_of(failure.value) == said
    assert is_unavailable(failure.value)


async def test_says_once_what_is_wrong_and_goes_on_when_it_is_mended(
    edge: Edge, tmp_path: Path
) -> None:
    await edge.behave(mode="login")
    before = (await edge.tell())["refused"]
    settings = ACCESS | {"key_prefix": f"t{ULID()}"}
    async with run_gpu_node(
        edge.url, tmp_path, wait_for="redis cannot be used", **settings
    ) as node:
        await until_said(node, "The edge before Redis sends to a page to log in")
        async with asyncio.timeout(30):
            while (await edge.tell())["refused"] < before + 12:  # noqa: ASYNC110 - it sends no event
                await asyncio.sleep(0.05)
        await edge.well()
        await node.says("redis can be used again")
        await node.says("executor ready")
        said = [line for line in node.log if line["level"] in ("warn", "error")]
        assert Counter(line["msg"] for line in said if "edge" in str(line)) == {
            "redis cannot be used": 1,
            "read failed": 1,
            "renew failed": 1,
        }
        sentence = "The edge before Redis sends to a page to log in"
        assert all((line.get("fault") or line["error"]).startswith(sentence) for line in said)
        assert TOKEN.client_secret not in str(node.log) + str(node.stray)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def far_node(
    url: str, prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GpuNodeProcess]:
    """A gpu-node that comes through the edge."""
    folder = tmp_path_factory.mktemp("far")
    settings = ACCESS | {"key_prefix": prefix, "lease_ms": 4000, "renew_ms": 400}
    async with run_gpu_node(url, folder, **settings) as node:
        yield node


@pytest.mark.parametrize("suffering", ["cut", "close", "forget", "stall", "garble"])
async def test_loses_nothing_when_connections_are(
    far_node: GpuNodeProcess, edge: Edge, driver: Driver, tmp_path: Path, suffering: str
) -> None:
    gate = tmp_path / "gate"
    held = await driver.issue(
        make_node("a", params={"text": "1"}),
        make_node("b", params={"wait_for": str(gate), "text": "2"}, after=["a"]),
    )
    await driver.started(held, "b")
    await edge.tell(suffer=suffering)
    gate.touch()
    # Given to a read whose connection is gone, perhaps.
    swallowed = await driver.issue(make_node("c"))
    for task_id in (held, swallowed):
        assert (await driver.ending(task_id))["outcome"] == "settled"
        assert len([told for told in driver.of_task(task_id) if told[0] == "ending"]) == 1
    if suffering == "stall":
        await edge.tell(suffer="resume")
    await driver.assert_at_rest()


async def test_waits_for_an_edge_that_refuses_everybody_for_a_while(
    far_node: GpuNodeProcess, edge: Edge, driver: Driver
) -> None:
    await edge.behave(mode="away")
    await edge.tell(suffer="cut")
    task_id = await driver.issue(make_node("a"))
    before = len(far_node.log)
    await until(lambda: any(line["msg"] == "read failed" for line in far_node.log[before:]))
    await edge.well()
    assert (await driver.ending(task_id))["outcome"] == "settled"
    await driver.assert_at_rest()


async def test_a_token_that_is_taken_back_ends_nothing_that_runs(
    edge: Edge,
) -> None:
    client = create_command_client(edge.url, ServiceToken("box-1.access", "expired"))
    await edge.behave(token=None)
    assert await client.ping()
    await edge.behave(token={"id": "box-2", "secret": "another"})
    assert await client.ping()
    await client.aclose()
