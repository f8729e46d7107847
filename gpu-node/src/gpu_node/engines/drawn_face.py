"""Engine `drawn_face`: draws a face that nobody has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gpu_node.engines.engine import Engine
from mediakit.portrait import drawn_face


def describe(models_dir: Path | None) -> Engine:
    """It needs nothing but its package."""
    del models_dir
    return Engine(name="drawn_face", available=True, license="Apache-2.0")


def load() -> Callable[..., Any]:
    """Draws picture, landmarks and matte."""
    return drawn_face.draw_cut_out
