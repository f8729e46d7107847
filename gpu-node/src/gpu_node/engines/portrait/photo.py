"""Decodes a portrait photo within limits that are checked before a pixel is decoded."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from gpu_node.engines.arrays import Picture
from gpu_node.engines.portrait.image_header import POINTER, invalid, read_header
from gpu_node.errors import BadImage

MAX_BYTES = 20 * 2**20
MAX_PIXELS = 40_000_000
MIN_SIDE = 64


def read_photo(path: Path) -> Picture:
    """The picture upright (EXIF orientation applied), transparent parts on light grey."""
    return _decode(np.frombuffer(checked_bytes(path, MAX_PIXELS, MIN_SIDE), np.uint8))


def checked_bytes(path: Path, max_pixels: int, min_side: int) -> bytes:
    """The file of a still RGB or grey JPEG, PNG or WebP within limits; nothing is decoded yet."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        detail = f"the picture has {size / 2**20:.0f} MiB; at most {MAX_BYTES // 2**20} are read"
        raise BadImage("image-too-large", detail, pointer=POINTER)
    data = path.read_bytes()
    header = read_header(data)
    shape = f"{header.width} x {header.height} pixels"
    if header.width * header.height > max_pixels:
        detail = f"the picture has {shape}; at most {max_pixels / 10**6:g} megapixels are read"
        raise BadImage("image-too-large", detail, pointer=POINTER)
    if min(header.width, header.height) < min_side:
        raise invalid(f"the picture has {shape}; each side needs at least {min_side}")
    if header.animated:
        raise invalid("the picture is animated; use a still photo")
    if header.cmyk:
        raise invalid("the picture has printing colours (CMYK); save it as RGB")
    return data


def _decode(data: NDArray[np.uint8]) -> Picture:
    stored = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if stored is None:
        raise invalid("the picture is damaged and cannot be decoded")
    if stored.ndim == 3 and stored.shape[2] == 4:
        depth = 65_535 if stored.dtype == np.uint16 else 255
        alpha = stored[..., 3:].astype(np.float32) / depth
        colour = stored[..., :3].astype(np.float32) * (255 / depth)
        return (colour * alpha + 225 * (1 - alpha)).astype(np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if picture is None:
        raise invalid("the picture is damaged and cannot be decoded")
    return picture.astype(np.uint8)
