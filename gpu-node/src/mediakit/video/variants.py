"""Other forms of a film: an animated GIF, a poster, a small picture of the work so far."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from mediakit.arrays import Picture

GIF_FPS = 10
_COLOURS = 255
"""One of the 256 is kept for what has not changed."""
_PREVIEW_SIDE = 192


def write_gif(path: Path, pictures: Sequence[Picture], side: int) -> None:
    """An endless animation whose shorter side has `side` pixels, with colours chosen from it."""
    small = [Image.fromarray(_scaled(picture, side)[..., ::-1]) for picture in pictures]
    # One palette for all, or still parts would flicker from picture to picture.
    samples = small[:: max(1, len(small) // 6)]
    sheet = Image.new("RGB", (samples[0].width, samples[0].height * len(samples)))
    for number, sample in enumerate(samples):
        sheet.paste(sample, (0, number * sample.height))
    palette = sheet.quantize(_COLOURS, Image.Quantize.MEDIANCUT)
    # Ordered noise instead of error diffusion: what stands still, stays still.
    frames = [
        _dithered(picture).quantize(palette=palette, dither=Image.Dither.NONE) for picture in small
    ]
    frames[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=frames[1:],
        duration=1000 // GIF_FPS,
        loop=0,
    )


def write_poster(path: Path, picture: Picture) -> None:
    """A JPEG of one picture."""
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 90])


def preview_jpeg(picture: Picture) -> bytes:
    """A small JPEG, to be shown while the film is made."""
    small = _scaled(picture, _PREVIEW_SIDE)
    return cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def _dithered(picture: Image.Image) -> Image.Image:
    grid = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 0.47
    pixels = np.asarray(picture, np.float32)
    rows, columns = pixels.shape[:2]
    noise = np.tile(grid, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns, None] * 8
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def _scaled(picture: Picture, side: int) -> Picture:
    scale = side / min(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return small.astype(np.uint8, copy=False)
