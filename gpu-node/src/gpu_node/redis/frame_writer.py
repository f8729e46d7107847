"""Puts bytes into frames as a client sends them: masked, and none too large for an edge."""

from collections.abc import Iterable, Iterator, Sequence
from os import urandom  # noqa: TID251 - for the wire, where nobody decides by it
from struct import Struct

from websockets.frames import apply_mask  # pyright: ignore[reportPrivateImportUsage] - in C if it can

IN_A_FRAME = 65_536 - 8
"""Some edges lose frames above 64 KiB, and so much with its head fills four records of TLS."""

Bytes = bytes | bytearray | memoryview

_SHORT = 126
_SHORT_HEAD, _HEAD = Struct("!BB4x"), Struct("!BBH4x")
"""In the place of the mask zeros, which become the mask when the whole frame is masked. That of a
short frame is turned by two bytes, as its head is no multiple of four."""
_BINARY, _MASKED = 0x82, 0x80


def frames_of(parts: Iterable[Bytes]) -> Iterator[bytes]:
    """What the parts are one behind the other."""
    room, inside = IN_A_FRAME, list[Bytes]()
    for part in parts:
        rest = part
        while len(rest) > room:
            view = memoryview(rest)
            inside.append(view[:room])
            yield _frame(inside, IN_A_FRAME)
            rest, room, inside = view[room:], IN_A_FRAME, []
        inside.append(rest)
        room -= len(rest)
    if room < IN_A_FRAME:
        yield _frame(inside, IN_A_FRAME - room)


def _frame(parts: Sequence[Bytes], length: int) -> bytes:
    key = urandom(4)
    if length < _SHORT:
        first, second = _BINARY ^ key[0], _MASKED ^ length ^ key[1]
        head = _SHORT_HEAD.pack(first, second)
    else:
        masked = length ^ (key[2] << 8 | key[3])
        head = _HEAD.pack(_BINARY ^ key[0], (_MASKED | _SHORT) ^ key[1], masked)
    return apply_mask(b"".join((head, *parts)), key)
