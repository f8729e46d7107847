"""A carrier and the other side of its wire, which the library speaks: an answer and frames that
come in pieces of any size, and what the carrier sends."""

import asyncio

import pytest
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from gpu_node.connection_faults import EdgeFault
from gpu_node.redis.carrier import _Carrier, _Framing


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
        self.carrier = _Carrier(("edge.test", 443), None, asyncio.get_running_loop())
        self.carrier.connection_made(self.wire)
        self.edge = ServerProtocol(max_size=None)
        request = self.heard()[0]
        self.edge.send_response(self.edge.accept(request))

    def heard(self) -> list:
        """What has come to the edge since it was last asked."""
        self.edge.receive_data(self.wire.sent)
        self.wire.sent = b""
        return self.edge.events_received()

    def said(self) -> bytes:
        """What the edge has to say."""
        return b"".join(self.edge.data_to_send())

    def hears(self, said: bytes) -> None:
        """The carrier does, from the buffer that each time is filled anew."""
        while said:
            room = self.carrier.get_buffer(-1)
            part, said = said[: len(room)], said[len(room) :]
            room[: len(part)] = part
            self.carrier.buffer_updated(len(part))
            room[: len(part)] = bytes(len(part))


@pytest.mark.parametrize("size", [1, 2, 3, 64, 100_000])
async def test_hears_an_answer_and_frames_in_pieces(size: int) -> None:
    ends = Ends()
    ends.edge.send_binary(b"+OK\r\n")
    ends.edge.send_ping(b"there?")
    ends.edge.send_binary(b"\r\n" * 200)
    said = ends.said()
    for start in range(0, len(said), size):
        ends.hears(said[start : start + size])
    await ends.carrier.opened
    assert await ends.carrier.reader.readexactly(405) == b"+OK\r\n" + b"\r\n" * 200
    assert [(each.opcode, each.data) for each in ends.heard()] == [(Opcode.PONG, b"there?")]
    ends.edge.send_close(1001)
    ends.hears(ends.said())
    with pytest.raises(EdgeFault, match=r"has cut the connection \(1001\)"):
        await ends.carrier.reader.read(100)
    assert ends.wire.closed


@pytest.mark.parametrize("size", [1, 125, 126, 65_528, 65_529, 200_000])
async def test_sends_bytes_in_masked_frames_of_at_most_64_kib(size: int) -> None:
    ends = Ends()
    ends.hears(ends.said())
    framing = _Framing(ends.wire, ends.carrier)
    half = bytes(i % 251 for i in range(size))
    framing.writelines([half, memoryview(half)])
    frames = ends.heard()
    assert b"".join(frame.data for frame in frames) == half * 2
    assert max(len(frame.data) for frame in frames) <= 65_528


async def test_takes_a_frame_that_no_edge_may_send_for_no_tunnel() -> None:
    ends = Ends()
    ends.hears(ends.said())
    ends.hears(Frame(Opcode.BINARY, b"masked").serialize(mask=True))
    with pytest.raises(EdgeFault, match="answers something that is no tunnel"):
        await ends.carrier.reader.read(100)
    assert ends.wire.closed
