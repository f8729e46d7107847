"""Frames that come from an edge, cut anywhere: the bytes in them in order, and what is left for who
speaks WebSocket."""

from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode

from gpu_node.redis.frame_reader import FrameReader, NoFrame

SIZES = st.sampled_from([0, 1, 125, 126, 127, 128, 65_535, 65_536, 70_000])
BYTES = st.builds(lambda size, byte: bytes([byte]) * size, SIZES, st.integers(0, 255))
OTHERS = st.builds(Frame, st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125))


def message(parts: list[bytes], opcode: Opcode, between: list[Frame]) -> list[Frame]:
    """In fragments, and what an edge may send between them."""
    frames = [
        Frame(opcode if i == 0 else Opcode.CONT, part, i == len(parts) - 1)
        for i, part in enumerate(parts)
    ]
    return [each for pair in zip_longest(frames, between) for each in pair if each]


MESSAGES = st.builds(
    message,
    st.lists(BYTES, min_size=1, max_size=3),
    st.sampled_from([Opcode.BINARY, Opcode.TEXT]),
    st.lists(OTHERS, max_size=3),
)


def written(*frames: Frame) -> bytes:
    """As an edge sends them."""
    return b"".join(frame.serialize(mask=False) for frame in frames)


@given(messages=st.lists(MESSAGES, max_size=3), cuts=st.lists(st.integers(0, 200_000), max_size=20))
def test_reads_frames_that_are_cut_anywhere(messages: list[list[Frame]], cuts: list[int]) -> None:
    frames = [frame for each in messages for frame in each]
    sent, heard, others = written(*frames), bytearray(), b""
    reader = FrameReader(heard.extend)
    ends = sorted({min(cut, len(sent)) for cut in cuts} | {len(sent)})
    for start, end in zip([0, *ends], ends, strict=False):
        others += reader.read(memoryview(sent)[start:end])
    assert bytes(heard) == b"".join(each.data for each in frames if each.opcode <= Opcode.BINARY)
    pings = [written(each) for each in frames if each.opcode is Opcode.PING]
    # Of those that came together the last.
    assert others.endswith(pings[-1] if pings else b"") and len(others) <= len(b"".join(pings))


def test_reads_byte_by_byte() -> None:
    heard = bytearray()
    reader = FrameReader(heard.extend)
    ping, close = Frame(Opcode.PING, b"?"), Frame(Opcode.CLOSE, Close(1001, "away").serialize())
    sent = written(Frame(Opcode.BINARY, b"a" * 300), ping, Frame(Opcode.BINARY, b"b" * 66_000))
    assert b"".join(reader.read(memoryview(bytes([byte]))) for byte in sent + written(close)) == (
        written(ping) + written(close)
    )
    assert bytes(heard) == b"a" * 300 + b"b" * 66_000


def test_passes_on_what_is_there_of_a_frame() -> None:
    heard = bytearray()
    reader = FrameReader(heard.extend)
    sent = written(Frame(Opcode.BINARY, b"+OK\r\n" + b"x" * 100_000))
    reader.read(memoryview(sent)[:20])
    assert bytes(heard) == b"+OK\r\nxxxxx"


def test_answers_the_last_of_many_pings_and_reads_nothing_behind_a_close() -> None:
    heard = bytearray()
    reader = FrameReader(heard.extend)
    pings = [Frame(Opcode.PING, str(i).encode()) for i in range(1000)]
    assert reader.read(memoryview(written(*pings))) == written(pings[-1])
    close = Frame(Opcode.CLOSE, Close(1001, "away").serialize())
    sent = written(pings[0], close, Frame(Opcode.BINARY, b"more"), pings[1])
    assert reader.read(memoryview(sent)) == written(pings[0], close)
    assert not heard


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"\x82\x81abcd", id="masked"),
        pytest.param(b"\x82\xfe\x00\x01abcd", id="masked, with a longer length"),
        pytest.param(b"\x89\x7e\x00\x80", id="a ping of 128 bytes"),
        pytest.param(b"\x09\x01a", id="a part of a ping"),
        pytest.param(b"\xc2\x7e\x01\x00", id="compressed, and nobody has agreed to that"),
        pytest.param(b"\xa2\x01a", id="the bit of an extension"),
        pytest.param(b"\x83\x01a", id="data of a kind that nobody knows"),
        pytest.param(b"\x8b\x00", id="another kind that nobody knows"),
        pytest.param(b"\x80\x01a", id="more of a message that has not begun"),
        pytest.param(b"\x02\x01a\x82\x01b", id="a message within a message"),
        pytest.param(b"\x82\x7f\x80\0\0\0\0\0\0\0", id="longer than lengths may be"),
    ],
)
@pytest.mark.parametrize("piece", [1, 100])
def test_refuses_what_no_edge_may_send(head: bytes, piece: int) -> None:
    heard = bytearray()
    reader = FrameReader(heard.extend)
    reader.read(memoryview(written(Frame(Opcode.BINARY, b"before"))))
    with pytest.raises(NoFrame):
        for start in range(0, len(head), piece):
            reader.read(memoryview(head)[start : start + piece])
    assert bytes(heard) in {b"before", b"beforea"}
