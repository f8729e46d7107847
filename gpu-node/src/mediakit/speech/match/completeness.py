"""Sees that a WAV or Ogg file was cut off, which their decoders pass over in silence."""

import struct
from pathlib import Path

_UNKNOWN = 0x7FFFF000
"""Sizes from here on say that the writer did not know: it wrote to a pipe."""
_LAST_PAGE = 0x04
"""Flag of the last page of an Ogg stream (RFC 3533)."""


def is_cut_off(path: Path) -> bool:
    """Whether bytes are missing at the end of a WAV or Ogg file; False for all other kinds."""
    data = path.read_bytes()
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return _wav_is_cut_off(data)
    if data[:4] == b"OggS":
        page = data.rfind(b"OggS")
        return len(data) < page + 27 or not data[page + 5] & _LAST_PAGE or _page_end(data, page)
    return False


def _wav_is_cut_off(data: bytes) -> bool:
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            return size < _UNKNOWN and at + 8 + size > len(data)
        at += 8 + size + size % 2
    return True


def _page_end(data: bytes, page: int) -> bool:
    """Whether the file ends before the page does."""
    count = data[page + 26]
    sizes = data[page + 27 : page + 27 + count]
    return page + 27 + count + sum(sizes) > len(data)
