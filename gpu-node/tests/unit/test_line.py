"""What is heard of a handler's process, in pieces of any size, and whom it reaches."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gpu_node.children.framing import MAX_MESSAGE_BYTES, BadMessage, Frames, encode
from gpu_node.children.line import Line


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_messages_are_whole_however_they_come(size: int) -> None:
    said = [{"kind": "note", "n": n} for n in range(5)]
    data = b"".join(map(encode, said))
    frames = Frames()
    found = [
        message for at in range(0, len(data), size) for message in frames.take(data[at : at + size])
    ]
    assert found == said


@pytest.mark.parametrize(
    "data",
    [
        (MAX_MESSAGE_BYTES + 1).to_bytes(4),
        (2).to_bytes(4) + b"{]",
        (2).to_bytes(4) + b"[]",
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        Frames().take(data)


@pytest_asyncio.fixture
async def ends() -> AsyncIterator[tuple[Line, socket.socket]]:
    """A line, and what the process has of it."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    _, line = await asyncio.get_running_loop().create_connection(lambda: Line(ours), sock=ours)
    with theirs:
        yield line, theirs
        line.close()


async def test_what_a_call_before_has_left_behind_reaches_nobody(
    ends: tuple[Line, socket.socket],
) -> None:
    line, theirs = ends
    heard: list[object] = []
    asked = line.ask({"kind": "call", "id": 2}, lambda word: heard.append(word["kind"]))
    for call_id in (1, 2):
        for kind in ("note", "long", "done"):
            theirs.send(encode({"kind": kind, "id": call_id}))
    assert await asked.answer() == {"kind": "done", "id": 2}
    assert heard == ["note", "long", "done"]


async def test_who_hears_of_an_answer_may_ask_again_before_it_is_answered(
    ends: tuple[Line, socket.socket],
) -> None:
    line, theirs = ends
    order: list[str] = []

    async def next_one() -> None:
        order.append("next")

    def hear(_: object) -> None:
        order.append("heard")
        asked.append(line.ask({"kind": "call", "id": 2}, lambda _: None))
        beside.append(asyncio.create_task(next_one()))

    beside: list[asyncio.Task[None]] = []
    asked = [line.ask({"kind": "call", "id": 1}, hear)]
    theirs.send(encode({"kind": "done", "id": 1}))
    assert await asked[0].answer() == {"kind": "done", "id": 1}
    order.append("answered")
    assert order == ["heard", "next", "answered"]
    theirs.send(encode({"kind": "done", "id": 2}))
    assert await asked[1].answer() == {"kind": "done", "id": 2}


async def test_a_line_ends_with_what_nobody_understands(ends: tuple[Line, socket.socket]) -> None:
    line, theirs = ends
    asked = line.ask({"kind": "call", "id": 1}, lambda word: word["missing"])
    theirs.send(encode({"kind": "note", "id": 1}))
    with pytest.raises(BadMessage):
        await asked.answer()
    assert line.has_ended
    assert await line.ask({"kind": "call", "id": 2}, lambda _: None).answer() is None


async def test_a_process_that_is_gone_leaves_no_answer(ends: tuple[Line, socket.socket]) -> None:
    line, theirs = ends
    asked = line.ask({"kind": "call", "id": 1}, lambda _: None)
    theirs.close()
    assert await asked.answer() is None


async def test_what_a_socket_does_not_take_at_once_comes_behind_it(
    ends: tuple[Line, socket.socket],
) -> None:
    line, theirs = ends
    message = {"kind": "call", "id": 1, "text": "x" * (4 << 20)}
    line.ask(message, lambda _: None)
    loop, frames = asyncio.get_running_loop(), Frames()
    theirs.setblocking(False)
    while not (found := frames.take(await loop.sock_recv(theirs, 1 << 20))):
        pass
    assert found == [message]


async def test_a_line_bears_two_questions_one_behind_the_other(
    ends: tuple[Line, socket.socket],
) -> None:
    line, theirs = ends
    asked = [line.ask({"kind": "call", "id": i}, lambda _: None) for i in (1, 2)]
    theirs.send(encode({"kind": "began", "id": 2}) + encode({"kind": "done", "id": 1}))
    assert await asked[0].answer() == {"kind": "done", "id": 1}
    assert [one.has_begun for one in asked] == [False, True]
    theirs.close()
    assert await asked[1].answer() is None
