"""Opens a picture file and says what it claims to be, before anything is decoded."""

import io
import warnings
from collections.abc import Callable
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from mediakit.errors import MediaError

MAX_BYTES = 20 * 2**20
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


def open_still(
    path: Path,
    check_canceled: Callable[[], None] = lambda: None,
    *,
    max_pixels: int = MAX_PIXELS,
    min_side: int = MIN_SIDE,
) -> Image.Image:
    """The picture, not yet decoded; `MediaError` says what the file is when it is no still picture
    whose size lies within the limits.
    """
    data = _bytes_of(path)
    most = f"at most {max_pixels / 10**6:g} megapixels are read"
    try:
        with warnings.catch_warnings():
            # Its size is checked below, against a lower limit.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(Watched(data, check_canceled), formats=_STILLS)
    except Image.DecompressionBombError as cause:
        raise _too_large(f"the picture has far more pixels than can be; {most}") from cause
    except UnidentifiedImageError as cause:
        raise invalid(f"the file is {_kind(data)}; use a JPEG, PNG or WebP photo") from cause
    except DAMAGE as cause:
        raise damaged() from cause
    shape = f"{image.width} x {image.height} pixels"
    if image.width * image.height > max_pixels:
        raise _too_large(f"the picture has {shape}; {most}")
    if min(image.size) < min_side:
        raise invalid(f"the picture has {shape}; each side needs at least {min_side}")
    # A JPEG of several pictures (MPO) begins with the photo itself.
    if image.format in ("PNG", "WEBP") and getattr(image, "is_animated", False):
        raise invalid("the picture is animated; use a still photo")
    return image


def invalid(detail: str) -> MediaError:
    return MediaError("unreadable-picture", detail)


def damaged() -> MediaError:
    return invalid("the picture is cut off or damaged")


def _bytes_of(path: Path) -> bytes:
    size = path.stat().st_size
    if size == 0:
        raise invalid("the file is empty")
    if size > MAX_BYTES:
        found = f"the file has {size / 2**20:.0f} MiB"
        raise _too_large(f"{found}; at most {MAX_BYTES // 2**20} are read")
    return path.read_bytes()


def _too_large(detail: str) -> MediaError:
    return MediaError("picture-too-large", detail)


def _kind(data: bytes) -> str:
    """What a file is that is none of the pictures that are read."""
    if data[4:8] == b"ftyp":
        return _BOXES.get(data[8:12], "a film")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "a damaged WebP"
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = (kind for magic, kind in _OTHERS.items() if start.startswith(magic))
    return next(found, "no picture that is known here")
