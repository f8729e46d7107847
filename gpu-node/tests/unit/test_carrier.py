"""A carrier and the other side of its wire, which the library speaks or somebody hostile: an answer
and frames that come in pieces of any size, and what the carrier sends."""

import asyncio
from collections.abc import Iterable

import pytest
from websockets.frames import Close, Frame, Opcode
from websockets.server import ServerProtocol
from websockets.utils import accept_key

from gpu_node.addresses import ServiceToken
from gpu_node.connection_faults import EdgeFault
from gpu_node.redis.carrier import _LONGEST_HEAD, _Carrier
from gpu_node.redis.framing import Framing


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


class Ends:
    """The carrier, and the edge that it speaks with."""

    def __init__(self) -> None:
        self.wire = Wire()
        token = ServiceToken("box", "secret")
        self.carrier = _Carrier(("edge.test", 443), token, asyncio.get_running_loop())
        self.carrier.connection_made(self.wire)
        self.edge = ServerProtocol(max_size=None)
        request = self.heard()[0]
        self.edge.send_response(self.edge.accept(request))
        self.accept = accept_key(request.headers["Sec-WebSocket-Key"])

    def heard(self) -> list:
        """What has come to the edge since it was last asked."""
        self.edge.receive_data(self.wire.sent)
        self.wire.sent = b""
        return self.edge.events_received()

    def said(self) -> bytes:
        """What the edge has to say."""
        return b"".join(self.edge.data_to_send())

    def hears(self, said: bytes, piece: int = 1 << 30) -> None:
        """The carrier does, from the buffer that each time is filled anew."""
        while said and not self.wire.closed:
            room = self.carrier.get_buffer(-1)
            size = min(piece, len(room))
            part, said = said[:size], said[size:]
            room[: len(part)] = part
            self.carrier.buffer_updated(len(part))
            room[: len(part)] = bytes(len(part))


@pytest.mark.parametrize("size", [1, 2, 3, 64, 100_000])
async def test_hears_an_answer_and_frames_in_pieces(size: int) -> None:
    ends = Ends()
    ends.edge.send_binary(b"+OK\r\n")
    ends.edge.send_ping(b"there?")
    ends.edge.send_binary(b"\r\n" * 200)
    ends.hears(ends.said(), size)
    await ends.carrier.opened
    assert await ends.carrier.reader.read(1000) == b"+OK\r\n" + b"\r\n" * 200
    assert [(each.opcode, each.data) for each in ends.heard()] == [(Opcode.PONG, b"there?")]
    ends.edge.send_close(1001, "deployed anew")
    ends.hears(ends.said(), size)
    with pytest.raises(EdgeFault, match=r"has cut the connection \(1001\)"):
        await ends.carrier.reader.read(100)
    assert ends.wire.closed


async def test_hands_over_what_comes_while_somebody_waits_and_keeps_the_rest() -> None:
    ends, taken = Ends(), list[bytes]()
    reader = ends.carrier.reader
    waiting = asyncio.create_task(reader.hand_to(lambda view: taken.append(bytes(view))))
    ends.hears(ends.said())
    await asyncio.sleep(0)
    for byte in b"abc":
        ends.hears(frame(bytes([byte])))
    assert await waiting and taken == [b"a", b"b", b"c"]
    ends.hears(frame(b"d"))
    assert not await reader.hand_to(taken.append)
    assert await reader.read(10) == b"d"
    waiting = asyncio.create_task(reader.hand_to(taken.append))
    await asyncio.sleep(0)
    ends.hears(frame(b"", Opcode.CLOSE))
    assert await waiting and len(taken) == 3
    assert not await reader.hand_to(taken.append)


@pytest.mark.parametrize("size", [1, 125, 126, 65_528, 65_529, 200_000])
async def test_sends_bytes_in_masked_frames_of_at_most_64_kib(size: int) -> None:
    ends = Ends()
    ends.hears(ends.said())
    framing = Framing(ends.wire, ends.carrier.socket, ends.carrier.flush)
    half = bytes(i % 251 for i in range(size))
    framing.writelines([half, b"", memoryview(half), b"\r\n"])
    frames = ends.heard()
    assert b"".join(frame.data for frame in frames) == half * 2 + b"\r\n"
    assert max(len(frame.data) for frame in frames) <= 65_528
    assert len(frames) == (2 * size + 2 + 65_527) // 65_528


def frame(data: bytes, opcode: Opcode = Opcode.BINARY) -> bytes:
    """As an edge sends it."""
    return Frame(opcode, data).serialize(mask=False)


def answer(*headers: str, status: str = "101 Switching Protocols") -> str:
    """With {accept} for what a true edge would say."""
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", ""))


UPGRADE = ("Upgrade: websocket", "Connection: Upgrade")
ACCEPT = "Sec-WebSocket-Accept: {accept}"
NONE = "answers something that is no tunnel"
REFUSED = r"refuses the service token, or it has expired \(403\)"


def large(lines: int) -> Iterable[str]:
    return (f"X-{i}: {'x' * 4000}" for i in range(lines))


@pytest.mark.parametrize("piece", [1 << 30, 7], ids=["at once", "in pieces"])
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        pytest.param(answer(*UPGRADE), NONE, id="no accept"),
        pytest.param(answer(*UPGRADE, "Sec-WebSocket-Accept: YWJj"), NONE, id="a wrong accept"),
        pytest.param(answer(*UPGRADE, ACCEPT, ACCEPT), NONE, id="two accepts"),
        pytest.param(answer(UPGRADE[1], ACCEPT), NONE, id="no upgrade"),
        pytest.param(
            answer(*UPGRADE, ACCEPT, "Sec-WebSocket-Extensions: permessage-deflate"),
            NONE,
            id="an extension that nobody asked for",
        ),
        pytest.param(
            answer(*UPGRADE, ACCEPT, "Sec-WebSocket-Protocol: mqtt"), NONE, id="a protocol, too"
        ),
        pytest.param("SSH-2.0-OpenSSH_9.9\r\n", NONE, id="another protocol"),
        pytest.param("x" * 100_000, NONE, id="a line without an end"),
        pytest.param(answer(*large(40)), NONE, id="a head without an end"),
        pytest.param(answer(*(f"X-{i}: x" for i in range(1000))), NONE, id="a thousand headers"),
        pytest.param(answer("Content-Length: 9", status="403 No"), REFUSED, id="page is owed"),
        pytest.param(
            answer("Content-Length: 99999999999", status="403 No"), REFUSED, id="a huge page"
        ),
        pytest.param(
            answer("Transfer-Encoding: chunked", status="403 No") + "5\r\nabc", REFUSED, id="chunks"
        ),
        pytest.param(answer(status="403 No") + "<html>", REFUSED, id="a page without an end"),
        pytest.param(answer(status="101 Yes") + "abc" * 1000, NONE, id="nothing but 101"),
        pytest.param(answer(status="100 Go on"), rf"{NONE} \(100\)", id="not yet"),
    ],
)
async def test_says_what_an_answer_is_that_opens_no_tunnel(
    said: str, sentence: str, piece: int
) -> None:
    ends = Ends()
    ends.hears(said.replace("{accept}", ends.accept).encode(), piece)
    assert ends.carrier.opened.done()
    with pytest.raises(EdgeFault, match=f"{sentence}$"):
        await ends.carrier.opened
    assert ends.wire.closed
    assert len(ends.carrier._head) <= _LONGEST_HEAD + len(ends.carrier.get_buffer(-1))


@pytest.mark.parametrize("piece", [1 << 30, 1], ids=["at once", "in pieces"])
@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        pytest.param(Frame(Opcode.BINARY, b"a").serialize(mask=True), NONE, id="masked"),
        pytest.param(frame(b"a", Opcode.CONT), NONE, id="more of nothing"),
        pytest.param(b"\xc2\x01a", NONE, id="compressed"),
        pytest.param(b"\x82\x7f" + b"\xff" * 8, NONE, id="longer than lengths may be"),
        pytest.param(b"\x89\x7e\x00\x80" + b"a" * 128, NONE, id="a ping that is too long"),
        pytest.param(b"\x09\x01a", NONE, id="a part of a ping"),
        pytest.param(b"HTTP/1.1 500 Oh\r\n\r\n", NONE, id="HTTP"),
        pytest.param(
            frame(Close(1013, "x" * 100).serialize(), Opcode.CLOSE),
            r"has cut the connection \(1013\)",
            id="a close and why",
        ),
        pytest.param(frame(b"", Opcode.CLOSE), r"has cut the connection \(1005\)", id="a close"),
        pytest.param(frame(b"\0", Opcode.CLOSE), "has cut the connection", id="a broken close"),
        pytest.param(
            frame(b"\x03\xe9\xff", Opcode.CLOSE), "has cut the connection", id="why in no text"
        ),
    ],
)
async def test_says_what_ended_a_tunnel_and_keeps_what_came_before(
    said: bytes, sentence: str, piece: int
) -> None:
    ends, taken = Ends(), bytearray()
    ends.hears(ends.said())
    ends.hears(frame(b"before"))
    assert await ends.carrier.reader.read(10) == b"before"
    waiting = asyncio.create_task(ends.carrier.reader.hand_to(taken.extend))
    await asyncio.sleep(0)
    ends.hears(said + frame(b"behind"), piece)
    await waiting
    with pytest.raises(EdgeFault, match=f"{sentence}$"):
        await ends.carrier.reader.read(10)
    assert ends.wire.closed and b"behind" not in taken


async def test_takes_text_and_fragments_of_a_byte_for_bytes() -> None:
    ends = Ends()
    ends.hears(ends.said())
    ends.hears(frame(b"text", Opcode.TEXT))
    parts = [Frame(Opcode.BINARY, b"a", False)] + [Frame(Opcode.CONT, b"b", False)] * 20_000
    said = b"".join(part.serialize(mask=False) + frame(b"", Opcode.PONG) for part in parts)
    ends.hears(said + Frame(Opcode.CONT, b"c").serialize(mask=False))
    assert await ends.carrier.reader.read(30_000) == b"texta" + b"b" * 20_000 + b"c"
    assert not ends.wire.closed


async def test_keeps_nothing_of_pings_and_answers_none_that_nobody_reads() -> None:
    ends = Ends()
    ends.hears(ends.said())
    flood = frame(b"x" * 125, Opcode.PING) * 10_000
    ends.hears(flood)
    assert 0 < len(ends.wire.sent) < 2000
    assert not ends.carrier.socket.events
    answered = len(ends.heard())
    assert 0 < answered < 10
    ends.carrier.pause_writing()
    ends.hears(flood * 3)
    assert not ends.heard() and not ends.carrier.socket.writes
    ends.carrier.resume_writing()
    ends.hears(frame(b"there?", Opcode.PING))
    assert [each.data for each in ends.heard()] == [b"there?"]


async def test_asks_the_wire_to_wait_when_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    ends, asked = Ends(), list[str]()
    for name in ("pause_reading", "resume_reading"):
        monkeypatch.setattr(ends.wire, name, lambda name=name: asked.append(name))
    ends.hears(ends.said())
    ends.hears(frame(b"x" * 60_000) * 4)
    assert asked == ["pause_reading"]
    while asked[-1] == "pause_reading":
        assert await ends.carrier.reader.read(50_000)
    assert asked == ["pause_reading", "resume_reading"]
