"""Any ordinary photo file is read as it is meant; what is none is refused, with what it is."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media import pictures
from media.film import prepare
from media.workshop import Workshop
from PIL import Image

from gpu_node.errors import Canceled, PermanentError
from mediakit.errors import MediaError
from mediakit.picture.image_header import MAX_BYTES
from mediakit.picture.photo import read_photo

GREY = np.full((300, 300, 3), 128, np.uint8)
SMALL = pictures.face(256)


def read(folder: Path, data: bytes) -> np.ndarray:
    path = folder / "photo"
    path.write_bytes(data)
    return read_photo(path)


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b).mean())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_applied(tmp_path: Path, orientation: int, kind: str) -> None:
    tall = SMALL[:, 30:210]
    shown = read(tmp_path, pictures.oriented(tall, orientation, kind))
    assert shown.shape == tall.shape
    assert apart(shown, tall) < 3
    assert apart(shown[::-1], tall) > 10 and apart(shown[:, ::-1], tall) > 3


def sixteen_bits(pixels: np.ndarray) -> bytes:
    grey = pixels[..., 1].astype(np.uint16) * 257
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "grey", "close"),
    [
        (pictures.saved(SMALL, "PNG", "L"), True, 6),
        (sixteen_bits(SMALL), True, 12),
        (pictures.encoded(SMALL.astype(np.uint16) * 257, ".png"), False, 1),
        (pictures.saved(SMALL, "PNG", "P"), False, 25),
        (pictures.saved(SMALL, "GIF", "P"), False, -1),
        (pictures.saved(SMALL, "JPEG", "CMYK", quality=95), False, 4),
        (pictures.saved(SMALL, "PNG", "LA"), True, 6),
        (pictures.saved(SMALL, "PNG", "RGBA"), False, 1),
        (pictures.saved(SMALL, "WEBP", "RGBA", lossless=True), False, 1),
        (pictures.saved(SMALL, "JPEG", progressive=True, quality=95), False, 3),
    ],
)
def test_kinds_of_colour_are_read(tmp_path: Path, data: bytes, grey: bool, close: float) -> None:
    if close < 0:
        with pytest.raises(MediaError, match="a GIF"):
            read(tmp_path, data)
        return
    shown = read(tmp_path, data)
    assert shown.dtype == np.uint8
    if grey:
        assert np.ptp(shown.astype(int), axis=2).max() == 0
    assert apart(shown.mean(axis=2), SMALL.mean(axis=2)) < close


def test_transparent_parts_lie_on_light_grey(tmp_path: Path) -> None:
    layered = np.dstack([SMALL, np.full(SMALL.shape[:2], 255, np.uint8)])
    layered[:40] = 0
    shown = read(tmp_path, pictures.encoded(layered, ".png"))
    assert np.array_equal(np.unique(shown[:40]), [225])
    assert apart(shown[40:], SMALL[40:]) < 1


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "invalid-image", "empty"),
        (b"hello", "invalid-image", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "invalid-image", "an SVG drawing"),
        (b"\n<?xml version='1.0'?><svg/>", "invalid-image", "SVG"),
        (b"<!doctype html><img src=x>", "invalid-image", "an HTML page"),
        (b"%PDF-1.7", "invalid-image", "a PDF"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "invalid-image", "a HEIC photo"),
        (b"\0\0\0\x18ftypisom" + bytes(40), "invalid-image", "a film"),
        (pictures.animated(SMALL, "GIF"), "invalid-image", "a GIF"),
        (pictures.animated(SMALL, "PNG"), "invalid-image", "animated"),
        (pictures.animated(SMALL, "WEBP"), "invalid-image", "animated"),
        (pictures.encoded(SMALL)[:5_000], "invalid-image", "cut off"),
        (pictures.encoded(SMALL)[:300], "invalid-image", "damaged"),
        (pictures.encoded(SMALL, ".png")[:-500], "invalid-image", "cut off"),
        (pictures.encoded(SMALL, ".png")[:20], "invalid-image", "damaged"),
        (pictures.encoded(SMALL, ".webp")[:-500], "invalid-image", "damaged"),
        (pictures.encoded(GREY[:1, :1]), "invalid-image", "1 x 1"),
        (pictures.encoded(GREY[:30]), "invalid-image", "at least 64"),
        (pictures.bomb(20_000, 20_000), "image-too-large", "megapixels"),
        (pictures.bomb(8_000, 8_000), "image-too-large", "8000 x 8000"),
        (pictures.bomb(2_000, 2_000), "invalid-image", "cut off or damaged"),
        (pictures.encoded(GREY) + bytes(MAX_BYTES), "image-too-large", "MiB"),
        (pictures.encoded(GREY), "no-face", "no face"),
        (pictures.encoded(pictures.face()[300:500]), "no-face", "no face"),
    ],
)
def test_what_is_no_portrait_is_refused(
    workshop: Workshop, tmp_path: Path, data: bytes, code: str, words: str
) -> None:
    path = tmp_path / "photo"
    path.write_bytes(data)
    with pytest.raises(PermanentError) as caught:
        prepare(workshop, image=workshop.given(path, "image/jpeg"))
    assert caught.value.code == code
    assert words in caught.value.detail
    assert caught.value.extensions["pointer"] == "/inputs/image"


def stopping_after(calls: int) -> tuple[Callable[[], None], list[int]]:
    """A check that raises from the given call on, and how often it was asked."""
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) > calls:
            raise Canceled("canceled", "not wanted any more")

    return check, asked


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_decoding_a_large_photo_stops_when_canceled(tmp_path: Path, kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (1500, 1500, 3)).astype(np.uint8)
    path = tmp_path / "photo"
    path.write_bytes(pictures.saved(noise, kind))
    check, whole = stopping_after(10**9)
    read_photo(path, check)
    assert len(whole) > 10, "a photo is read in many pieces"
    check, asked = stopping_after(len(whole) // 2)
    with pytest.raises(Canceled):
        read_photo(path, check)
    assert len(asked) == len(whole) // 2 + 1


def given(workshop: Workshop, folder: Path, data: bytes) -> dict[str, Any]:
    path = folder / "photo"
    path.write_bytes(data)
    return workshop.given(path, "image/jpeg")


def test_preparing_stops_at_every_step(workshop: Workshop, tmp_path: Path) -> None:
    image = given(workshop, tmp_path, pictures.encoded(pictures.face(384)))
    check, asked = stopping_after(10**9)
    workshop.check_canceled = check
    prepare(workshop, params={"size": 256}, image=image)
    steps = len(asked)
    assert steps >= 8
    for step in range(0, steps, 3):
        workshop.check_canceled, asked = stopping_after(step)
        with pytest.raises(Canceled):
            prepare(workshop, params={"size": 256}, image=image)
        assert len(asked) == step + 1
