"""Engine `camera_move`: a camera that moves in a photo of two layers."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.camera.scene import Scene


def describe(models_dir: Path | None) -> Engine:
    """It needs nothing but its package."""
    del models_dir
    return Engine(name="camera_move", available=True, license="Apache-2.0")


def load() -> type[Scene]:
    """To be made of a picture."""
    return Scene
