"""Decodes a portrait photo within limits that are checked before a pixel is decoded."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from mediakit.arrays import Picture
from mediakit.picture.image_header import DAMAGE, damaged, open_still

_PAPER = 225
"""Transparent parts lie on this grey."""


def read_photo(path: Path, check_canceled: Callable[[], None] = lambda: None) -> Picture:
    """The picture upright (EXIF orientation applied), in 8 bits, transparent parts on light grey.

    Grey, palette, 16-bit and printing colours (CMYK, without their profile) become RGB.
    check_canceled: called while the file is read, to raise if nobody wants it any more.
    """
    image = open_still(path, check_canceled)
    try:
        image.load()
    except DAMAGE as cause:
        raise damaged() from cause
    return _colours(_upright(image))


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except DAMAGE:
        # Orientation that cannot be read is as good as none; the picture itself is whole.
        return image


def _colours(image: Image.Image) -> Picture:
    if image.mode.startswith("I"):
        # Pillow would clip 16 bits of grey to white.
        grey = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
        return np.ascontiguousarray(grey[..., None].repeat(3, axis=2))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, (_PAPER, _PAPER, _PAPER, 255))
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR).astype(
        np.uint8, copy=False
    )
