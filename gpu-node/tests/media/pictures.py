"""Makes picture files, whole and broken ones, for tests."""

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mediakit.portrait import drawn_face

Pixels = NDArray[np.uint8]


def encoded(pixels: Pixels, kind: str = ".jpg") -> bytes:
    return cv2.imencode(kind, pixels)[1].tobytes()


def face(side: int = 512) -> Pixels:
    return drawn_face.draw(side)[0].copy()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + data + png_chunk(b"IEND", b"")


def saved(pixels: Pixels, kind: str, mode: str = "RGB", **options: Any) -> bytes:
    """As Pillow writes it, in a mode of its own (`CMYK`, `P`, `L`, `LA`, ...)."""
    file = io.BytesIO()
    as_pillow(pixels).convert(mode).save(file, kind, **options)
    return file.getvalue()


def animated(pixels: Pixels, kind: str) -> bytes:
    """Two frames."""
    file, first = io.BytesIO(), as_pillow(pixels)
    first.save(file, kind, save_all=True, append_images=[first.rotate(180)], duration=100)
    return file.getvalue()


def as_pillow(pixels: Pixels) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(pixels[..., ::-1]))


def oriented(pixels: Pixels, orientation: int, kind: str) -> bytes:
    """The picture stored turned or mirrored, with the EXIF orientation that undoes it."""
    undone = as_pillow(pixels)
    for step in _STORED[orientation]:
        undone = undone.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    undone.save(file, kind, exif=exif, **({"quality": 95} if kind == "JPEG" else {}))
    return file.getvalue()


_FLIP, _TURN = Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose
_STORED: dict[int, list[Image.Transpose]] = {
    1: [], 2: [_FLIP], 3: [_TURN.ROTATE_180], 4: [_TURN.FLIP_TOP_BOTTOM], 5: [_TURN.TRANSPOSE],
    6: [_TURN.ROTATE_90], 7: [_TURN.TRANSVERSE], 8: [_TURN.ROTATE_270],
}  # fmt: skip
