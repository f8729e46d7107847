"""What is said to a handler's process while it works, where its socket is full."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gpu_node.children.aside import Aside, give_aside, take_aside
from gpu_node.children.framing import Frames, Message

MANY = 3_000
"""Signs of life are more than a socket holds."""


@pytest_asyncio.fixture
async def ends() -> AsyncIterator[tuple[Aside, socket.socket]]:
    """What the parent speaks to, and what the process listens to."""
    first, theirs = socket.socketpair()
    with first, theirs:
        aside = give_aside(first)
        listens = take_aside(theirs)
        assert listens
        with listens:
            listens.setblocking(False)
            yield aside, listens
            aside.close()


async def heard_until(listens: socket.socket, last: Message) -> list[Message]:
    loop, frames, heard = asyncio.get_running_loop(), Frames(), list[Message]()
    while last not in heard:
        heard += frames.take(await loop.sock_recv(listens, 1 << 16))
    return heard


@pytest.mark.parametrize("word", [{"kind": "cancel", "id": 7}, {"kind": "go", "id": 7}])
async def test_signs_of_life_that_nobody_hears_lose_no_other_word(
    ends: tuple[Aside, socket.socket], word: Message
) -> None:
    aside, listens = ends
    for said in [{"kind": "beat"}] * MANY, [word], [{"kind": "beat"}] * MANY:
        for each in said:
            aside.say(each)
    heard = await heard_until(listens, word)
    # Of what the socket did not take it was the newest.
    assert 100 < len(heard) < MANY
    aside.say({"kind": "go", "id": 8})
    behind = (heard + await heard_until(listens, {"kind": "go", "id": 8}))[heard.index(word) :]
    assert behind in (
        [word, {"kind": "go", "id": 8}],
        [word, {"kind": "beat"}, {"kind": "go", "id": 8}],
    )


async def test_the_newest_cancel_is_heard(ends: tuple[Aside, socket.socket]) -> None:
    aside, listens = ends
    newest = {"kind": "cancel", "id": MANY - 1}
    for call_id in range(MANY):
        aside.say({"kind": "cancel", "id": call_id})
    assert (await heard_until(listens, newest))[-1] == newest


async def test_a_process_that_is_gone_is_told_nothing(ends: tuple[Aside, socket.socket]) -> None:
    aside, listens = ends
    for _ in range(MANY):
        aside.say({"kind": "beat"})
    listens.close()
    for _ in range(2):
        aside.say({"kind": "cancel", "id": 7})
    aside.close()
    aside.say({"kind": "beat"})
