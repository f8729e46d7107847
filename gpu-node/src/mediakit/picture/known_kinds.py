"""Decodes pictures whose kind is known, from memory: OpenCV never sees a path."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from mediakit.arrays import Picture
from mediakit.files.kinds import STILLS, kind_of

MAX_BYTES = 64 * 2**20
MAX_PIXELS = 40_000_000
"""Said by the header, before anything is decoded."""


def read_picture(path: Path, flags: int) -> Picture | None:
    """A JPEG, PNG or WebP as OpenCV's `flags` want it; None for all else, and for what is damaged
    or too large."""
    if path.stat().st_size > MAX_BYTES:
        return None
    data = path.read_bytes()
    if kind_of(data) not in STILLS or not _is_small_enough(path):
        return None
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    return None if decoded is None else decoded.astype(np.uint8, copy=False)


def _is_small_enough(path: Path) -> bool:
    try:
        with path.open("rb") as file, Image.open(file, formats=("JPEG", "PNG", "WEBP")) as image:
            return image.width * image.height <= MAX_PIXELS
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return False
