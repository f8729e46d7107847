"""Frames that come from an edge, cut anywhere: the bytes in them in order, and what is left for who
speaks WebSocket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close, Frame, Opcode

from gpu_node.redis.frame_reader import FrameReader, NoFrame

SIZES = st.sampled_from([0, 1, 125, 126, 127, 128, 65_535, 65_536, 70_000])
DATA = st.builds(
    Frame,
    st.sampled_from([Opcode.BINARY, Opcode.TEXT, Opcode.CONT]),
    st.builds(lambda size, byte: bytes([byte]) * size, SIZES, st.integers(0, 255)),
    st.booleans(),
)
OTHERS = st.builds(Frame, st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125))


def written(*frames: Frame) -> bytes:
    """As an edge sends them."""
    return b"".join(frame.serialize(mask=False) for frame in frames)


@given(
    frames=st.lists(DATA | OTHERS, max_size=6),
    cuts=st.lists(st.integers(0, 200_000), max_size=20),
)
def test_reads_frames_that_are_cut_anywhere(frames: list[Frame], cuts: list[int]) -> None:
    sent, heard, others = written(*frames), bytearray(), b""
    reader = FrameReader(heard.extend)
    ends = sorted({min(cut, len(sent)) for cut in cuts} | {len(sent)})
    for start, end in zip([0, *ends], ends, strict=False):
        others += reader.read(memoryview(sent)[start:end])
    is_data = [frame.opcode <= Opcode.BINARY for frame in frames]
    assert bytes(heard) == b"".join(
        frame.data for frame, is_it in zip(frames, is_data, strict=True) if is_it
    )
    assert others == written(
        *(frame for frame, is_it in zip(frames, is_data, strict=True) if not is_it)
    )


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


@pytest.mark.parametrize(
    "head",
    [
        b"\x82\x81abcd",  # masked
        b"\x82\xfe\x00\x01abcd",
        b"\x89\x7e\x00\x80",  # a ping of 128 bytes
        b"\xc2\x7e\x01\x00",  # compressed, and nobody has agreed to that
        b"\xc2\x01a",
    ],
)
def test_refuses_what_no_edge_may_send(head: bytes) -> None:
    heard = bytearray()
    reader = FrameReader(heard.extend)
    reader.read(memoryview(written(Frame(Opcode.BINARY, b"before"))))
    with pytest.raises(NoFrame):
        reader.read(memoryview(head))
    assert bytes(heard) == b"before"
