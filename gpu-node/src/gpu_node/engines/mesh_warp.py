"""Engine `mesh_warp`: moves a portrait by a mesh."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.talking_head.render import TalkingHead


def describe(models_dir: Path | None) -> Engine:
    """It needs nothing but its package."""
    del models_dir
    return Engine(name="mesh_warp", available=True, license="Apache-2.0")


def load() -> type[TalkingHead]:
    """To be made of a portrait."""
    return TalkingHead
