"""Reads what a picture claims to be from its first bytes, before anything is decoded."""

import struct
from dataclasses import dataclass

from gpu_node.errors import BadImage

POINTER = "/inputs/image"


@dataclass(frozen=True)
class ImageHeader:
    """Size in pixels as stored, and what a portrait must not be."""

    kind: str
    width: int
    height: int
    animated: bool = False
    cmyk: bool = False


def read_header(data: bytes) -> ImageHeader:
    """The header of a JPEG, PNG or WebP; `BadImage` for other formats and for cut-off files."""
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n"):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (IndexError, struct.error) as cause:
        raise truncated() from cause
    if data[:6] in (b"GIF87a", b"GIF89a"):
        raise invalid("the picture is a GIF; use a JPEG, PNG or WebP photo")
    raise invalid("the file is neither a JPEG nor a PNG nor a WebP picture")


def invalid(detail: str) -> BadImage:
    return BadImage("invalid-image", detail, pointer=POINTER)


def truncated() -> BadImage:
    return invalid("the picture is cut off")


def _jpeg(data: bytes) -> ImageHeader:
    at = 2
    header = None
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            raise invalid("the JPEG picture is damaged")
        marker = data[at + 1]
        (size,) = struct.unpack_from(">H", data, at + 2)
        # Start of frame, of any coding; C4, C8 and CC are tables that share the range.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width, parts = struct.unpack_from(">HHB", data, at + 5)
            header = ImageHeader("JPEG", width, height, cmyk=parts == 4)
        if marker == 0xDA:
            break
        at += 2 + size
    if header is None:
        raise invalid("the JPEG picture is damaged")
    if data.rfind(b"\xff\xd9", at) < 0:
        raise truncated()
    return header


def _png(data: bytes) -> ImageHeader:
    width, height = struct.unpack_from(">II", data, 16)
    animated = False
    at = 8
    while True:
        (size,) = struct.unpack_from(">I", data, at)
        kind = data[at + 4 : at + 8]
        animated = animated or kind == b"acTL"
        at += 12 + size
        if kind == b"IEND":
            return ImageHeader("PNG", width, height, animated)


def _webp(data: bytes) -> ImageHeader:
    (size,) = struct.unpack_from("<I", data, 4)
    if len(data) < size + 8:
        raise truncated()
    match data[12:16]:
        case b"VP8X":
            width = int.from_bytes(data[24:27], "little") + 1
            height = int.from_bytes(data[27:30], "little") + 1
            return ImageHeader("WebP", width, height, animated=bool(data[20] & 2))
        case b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return ImageHeader("WebP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8 ":
            width, height = struct.unpack_from("<HH", data, 26)
            return ImageHeader("WebP", width & 0x3FFF, height & 0x3FFF)
        case _:
            raise invalid("the WebP picture is damaged")
