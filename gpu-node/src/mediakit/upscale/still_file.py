"""Reads and writes the picture files of `upscale_image`, with what belongs to them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, PngImagePlugin

from mediakit.arrays import Picture
from mediakit.picture.image_header import DAMAGE, damaged, open_still

MARK = "Enlarged by software (Real-ESRGAN): fine detail is invented."
"""Travels in the file: nobody should take invented detail for evidence."""
MAX_PIXELS = 2_000_000
"""Some ten minutes of two cores."""
MIN_SIDE = 16


@dataclass(frozen=True)
class StillPicture:
    """A picture upright, with 8 bits per colour."""

    colour: Picture
    alpha: NDArray[np.uint8] | None
    """(height, width), 255 where the picture covers; None if it covers everywhere."""
    profile: bytes | None
    """What its colours mean (ICC), if it says so."""


def read_still(path: Path) -> StillPicture:
    """The picture of a file; `MediaError` if there is none."""
    with open_still(path, max_pixels=MAX_PIXELS, min_side=MIN_SIDE) as opened:
        try:
            profile = opened.info.get("icc_profile")
            upright = ImageOps.exif_transpose(opened)
            if upright.mode not in ("RGB", "RGBA", "P"):
                # It is about other colours than the three that are written.
                profile = None
            deep = upright.mode in ("I", "I;16", "F")
            pixels = _eight_bits(upright) if deep else np.array(upright.convert("RGBA"))
        except DAMAGE as cause:
            raise damaged() from cause
    alpha = np.ascontiguousarray(pixels[..., 3])
    covered = bool((alpha == 255).all())
    return StillPicture(
        np.ascontiguousarray(pixels[..., 2::-1]),
        None if covered else alpha,
        profile,
    )


def write_still(path: Path, picture: StillPicture) -> None:
    """A PNG that says how it was made."""
    layers = [picture.colour[..., ::-1]]
    if picture.alpha is not None:
        layers.append(picture.alpha[..., None])
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", MARK)
    Image.fromarray(np.concatenate(layers, axis=2)).save(
        path, "PNG", pnginfo=about, icc_profile=picture.profile, compress_level=1
    )


def _eight_bits(picture: Image.Image) -> NDArray[np.uint8]:
    """Grey of 16 bits: Pillow would cut off instead of scale."""
    grey = np.clip(np.array(picture).astype(np.float32) / 257 + 0.5, 0, 255).astype(np.uint8)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])
