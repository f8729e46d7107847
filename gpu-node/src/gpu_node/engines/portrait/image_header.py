"""Opens a picture file and says what it claims to be, before anything is decoded."""

import io
import warnings
from collections.abc import Callable

from PIL import Image, UnidentifiedImageError

from gpu_node.errors import BadImage

POINTER = "/inputs/image"
MAX_PIXELS = 40_000_000
MIN_SIDE = 64

DAMAGE = (OSError, SyntaxError, ValueError, IndexError, KeyError, OverflowError, EOFError)
"""What Pillow raises for files that are cut off or damaged, depending on where."""
_STILLS = ("JPEG", "PNG", "WEBP")
_OTHERS: dict[bytes, str] = {
    b"GIF87a": "a GIF", b"GIF89a": "a GIF", b"BM": "a BMP picture", b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture", b"8BPS": "a Photoshop file", b"%PDF": "a PDF",
    b"<svg": "an SVG drawing", b"<?xml": "an XML or SVG file", b"<!DOCTYPE html": "an HTML page",
    b"<!doctype html": "an HTML page", b"<html": "an HTML page", b"PK\x03\x04": "a ZIP archive",
    b"RIFF": "a sound or a film", b"\x1aE\xdf\xa3": "a film", b"{": "a JSON text",
    b"\xff\xd8": "a damaged JPEG", b"\x89PNG": "a damaged PNG",
}  # fmt: skip
"""How files begin that people send instead of a photo."""
_BOXES = {b"heic": "a HEIC photo", b"heix": "a HEIC photo", b"mif1": "a HEIC photo",
          b"avif": "an AVIF picture"}  # fmt: skip
"""Kinds of the box format (ftyp); all others of it are films."""


class Watched(io.BytesIO):
    """A file in memory; reading on asks whether anybody still wants it. Decoders read in pieces."""

    def __init__(self, data: bytes, check_canceled: Callable[[], None]) -> None:
        super().__init__(data)
        self._check_canceled = check_canceled

    def read(self, size: int | None = -1, /) -> bytes:
        self._check_canceled()
        return super().read(size)


def open_still(data: bytes, check_canceled: Callable[[], None] = lambda: None) -> Image.Image:
    """The picture, not yet decoded; `BadImage` says what the file is when it is no still photo
    whose size lies within the limits.
    """
    if not data:
        raise invalid("the file is empty")
    try:
        with warnings.catch_warnings():
            # Its size is checked below, against a lower limit.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(Watched(data, check_canceled), formats=_STILLS)
    except Image.DecompressionBombError as cause:
        raise too_large(f"far more than {MAX_PIXELS // 10**6} megapixels") from cause
    except UnidentifiedImageError as cause:
        raise invalid(f"the file is {_kind(data)}; use a JPEG, PNG or WebP photo") from cause
    except DAMAGE as cause:
        raise damaged() from cause
    shape = f"{image.width} x {image.height} pixels"
    if image.width * image.height > MAX_PIXELS:
        raise too_large(shape)
    if min(image.size) < MIN_SIDE:
        raise invalid(f"the picture has {shape}; each side needs at least {MIN_SIDE}")
    # A JPEG of several pictures (MPO) begins with the photo itself.
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise invalid("the picture is animated; use a still photo")
    return image


def invalid(detail: str) -> BadImage:
    return BadImage("invalid-image", detail, pointer=POINTER)


def damaged() -> BadImage:
    return invalid("the picture is cut off or damaged")


def too_large(found: str) -> BadImage:
    detail = f"the picture has {found}; at most {MAX_PIXELS // 10**6} megapixels are read"
    return BadImage("image-too-large", detail, pointer=POINTER)


def _kind(data: bytes) -> str:
    """What a file is that is none of the pictures that are read."""
    if data[4:8] == b"ftyp":
        return _BOXES.get(data[8:12], "a film")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a damaged WebP"
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = (kind for magic, kind in _OTHERS.items() if start.startswith(magic))
    return next(found, "no picture that is known here")
