"""Makes picture files, whole and broken ones, for tests."""

import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from gpu_node.engines.portrait import drawn_face

Pixels = NDArray[np.uint8]


def encoded(pixels: Pixels, kind: str = ".jpg") -> bytes:
    return cv2.imencode(kind, pixels)[1].tobytes()


def face(side: int = 512) -> Pixels:
    return drawn_face.draw(side)[0].copy()


def with_orientation(jpeg: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that says how to turn it."""
    tiff = b"MM\x00*\x00\x00\x00\x08\x00\x01" + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\x00\x00" + tiff + b"\x00\x00\x00\x00"
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb(width: int, height: int) -> bytes:
    """A tiny PNG that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + data + png_chunk(b"IEND", b"")


def animated_png(pixels: Pixels) -> bytes:
    still = encoded(pixels, ".png")
    return still[:33] + png_chunk(b"acTL", struct.pack(">II", 2, 0)) + still[33:]


def cmyk_jpeg(jpeg: bytes) -> bytes:
    """The JPEG with a header that claims four colours."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[: at + 9] + b"\x04" + jpeg[at + 10 :]
