"""Commands whose leaving is waited for, against a real server."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from executor.proxy import FaultProxy, fault_proxy
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ReadOnlyError, ResponseError
from services import Valkey, start_valkey

from gpu_node.redis.at_once import MAX_UNANSWERED, AtOnce
from gpu_node.redis.clients import create_command_client


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with start_valkey(tmp_path_factory.mktemp("at-once"), "--appendonly", "no") as valkey:
        yield valkey


@pytest_asyncio.fixture
async def proxy(server: Valkey) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(server.port) as between:
        yield between


@pytest_asyncio.fixture
async def client(proxy: FaultProxy) -> AsyncIterator[Redis]:
    client = create_command_client(proxy.url)
    yield client
    await client.aclose()


def ask(at_once: AtOnce, *command: str) -> tuple["asyncio.Task[object]", asyncio.Event]:
    """What will be the answer, and when it is on its way."""
    sent = asyncio.Event()
    return asyncio.create_task(at_once.execute(*command, on_sent=sent.set)), sent


async def test_none_waits_for_the_answer_of_another_nor_for_a_connection(
    server: Valkey, proxy: FaultProxy, client: Redis
) -> None:
    at_once = AtOnce(client)
    assert await ask(at_once, "CLIENT", "SETNAME", "at-once")[0] == b"OK"
    release = proxy.withhold_replies_to("ECHO")
    asked = [ask(at_once, "ECHO", str(i)) for i in range(5)]
    await asyncio.gather(*(sent.wait() for _, sent in asked))
    assert not any(answer.done() for answer, _ in asked)
    # What is asked in another way has connections of its own.
    assert await client.ping()
    async with Redis.from_url(server.url, protocol=2) as direct:
        names = [found["name"] for found in await direct.client_list()]
    assert sorted(names) == ["", "", "at-once"]
    release()
    assert await asyncio.gather(*(answer for answer, _ in asked)) == [b"0", b"1", b"2", b"3", b"4"]


async def test_each_gets_its_own_answer_or_error_though_one_gives_up(client: Redis) -> None:
    at_once = AtOnce(client)
    await client.set("text", "x")
    (first, sent), (second, _), (third, _) = [
        ask(at_once, *command) for command in (("ECHO", "1"), ("INCR", "text"), ("ECHO", "3"))
    ]
    await sent.wait()
    first.cancel()
    with pytest.raises(ResponseError):
        await second
    assert await third == b"3"


async def test_what_has_no_answer_when_a_connection_is_lost_is_asked_anew(
    proxy: FaultProxy, client: Redis
) -> None:
    at_once = AtOnce(client)
    release = proxy.withhold_replies_to("ECHO")
    proxy.lose_replies_to("ECHO")
    asked = [ask(at_once, "ECHO", str(i)) for i in range(3)]
    await asyncio.gather(*(sent.wait() for _, sent in asked))
    release()
    assert await asyncio.gather(*(answer for answer, _ in asked)) == [b"0", b"1", b"2"]
    assert proxy.lost == 1


async def test_a_server_that_became_a_replica_is_left(proxy: FaultProxy, client: Redis) -> None:
    at_once = AtOnce(client)
    assert await ask(at_once, "PING")[0] == b"PONG"
    proxy.answer("READONLY You can't write against a read only replica.")
    with pytest.raises(ReadOnlyError):
        await ask(at_once, "PING")[0]
    assert await ask(at_once, "PING")[0] == b"PONG"


async def test_all_hear_of_a_server_that_is_away() -> None:
    client = create_command_client("redis://127.0.0.1:9")
    at_once = AtOnce(client)
    asked = [ask(at_once, "PING") for _ in range(3)]
    answers = await asyncio.gather(*(answer for answer, _ in asked), return_exceptions=True)
    assert all(isinstance(answer, RedisConnectionError) for answer in answers)
    assert not any(sent.is_set() for _, sent in asked)
    await client.aclose()


async def test_what_is_ready_is_sent_without_a_wait_once_there_is_a_connection(
    server: Valkey, proxy: FaultProxy, client: Redis
) -> None:
    at_once = AtOnce(client)
    assert at_once.pack("ECHO", "x") is None
    assert await ask(at_once, "PING")[0] == b"PONG"
    ready = at_once.pack("ECHO", "x")
    assert ready
    release = proxy.withhold_replies_to("ECHO")
    answers = [at_once.send(ready), at_once.send(ready)]
    assert all(answers)
    # In their turn with those that are asked for in the other way.
    last = ask(at_once, "ECHO", "y")[0]
    release()
    assert [await answer for answer in answers if answer] == [b"x", b"x"]
    assert await last == b"y"


async def test_no_more_is_sent_without_a_wait_than_the_system_takes_for_certain(
    proxy: FaultProxy, client: Redis
) -> None:
    at_once = AtOnce(client)
    assert await ask(at_once, "PING")[0] == b"PONG"
    ready = at_once.pack("ECHO", "x")
    assert ready
    release = proxy.withhold_replies_to("ECHO")
    answers = [at_once.send(ready) for _ in range(MAX_UNANSWERED + 1)]
    assert answers[-1] is None
    release()
    assert await asyncio.gather(*answers[:-1]) == [b"x"] * MAX_UNANSWERED  # type: ignore[arg-type]
    assert at_once.send(ready)


async def test_what_was_sent_without_a_wait_is_not_asked_anew(
    proxy: FaultProxy, client: Redis
) -> None:
    at_once = AtOnce(client)
    assert await ask(at_once, "PING")[0] == b"PONG"
    ready = at_once.pack("ECHO", "x")
    assert ready
    proxy.lose_replies_to("ECHO")
    answer = at_once.send(ready)
    assert answer
    with pytest.raises((RedisConnectionError, OSError)):
        await answer
    # Nor sent into nothing.
    assert at_once.send(ready) is None
    assert await ask(at_once, "ECHO", "y")[0] == b"y"


async def test_a_connection_that_was_idle_for_long_is_asked_first_whether_it_is_good(
    client: Redis,
) -> None:
    at_once = AtOnce(client)
    assert await ask(at_once, "PING")[0] == b"PONG"
    ready = at_once.pack("ECHO", "x")
    assert ready
    for connection in client.connection_pool._in_use_connections:
        connection.next_health_check = 0.0
    assert at_once.send(ready) is None
