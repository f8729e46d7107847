"""What `animate_portrait` puts behind the person."""

import re
from pathlib import Path

from gpu_node.errors import BadMedia
from gpu_node.handlers.animate_portrait.given import Portrait
from gpu_node.handlers.media_problems import given
from mediakit.arrays import Picture
from mediakit.picture.photo import read_photo
from mediakit.portrait import backdrop

_POINTER, _IMAGE = "/inputs/background", "/inputs/background_image"
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def choose_background(wish: str | None, image: Path | None) -> str:
    """own, blurred, picture or a colour; what was not said follows from the picture."""
    kind = wish if wish is not None else "picture" if image else "own"
    if kind not in ("own", "blurred", "picture") and not _COLOUR.fullmatch(kind):
        detail = f"{kind[:60]!r} is none of own, blurred, picture and a color as #rrggbb"
        raise BadMedia("invalid-input", detail, pointer=_POINTER)
    if kind == "picture" and image is None:
        raise BadMedia(
            "invalid-input", "the picture for behind the person is missing", pointer=_IMAGE
        )
    if kind != "picture" and image is not None:
        detail = f"a picture was given, but the background shall be {kind}"
        raise BadMedia("invalid-input", detail, pointer=_POINTER)
    return kind


def make_background(kind: str, image: Path | None, portrait: Portrait) -> Picture | None:
    """What comes behind the person, as large as the portrait; None if it stays as it is."""
    if kind == "own":
        return None
    if portrait.matte is None:
        detail = "nothing tells the person in this portrait from the background: it can only stay"
        raise BadMedia("invalid-input", detail, pointer=_POINTER)
    size = portrait.matte.shape
    if kind == "blurred":
        return backdrop.blurred(portrait.picture, portrait.matte)
    if image is None:
        return backdrop.plain((size[0], size[1]), kind)
    return backdrop.filling(read_background(image), (size[0], size[1]))


def read_background(image: Path) -> Picture:
    """The picture for behind the person; what is wrong with it is said of its own input."""
    with given(_IMAGE):
        return read_photo(image)
