"""Which engines there are: each is a module here that can describe itself and be loaded."""

from importlib import import_module  # noqa: TID251
from pathlib import Path
from typing import Any

from gpu_node.engines.engine import Engine

ENGINES = (
    "camera_move",
    "drawn_face",
    "energy",
    "esrgan",
    "face_mesh",
    "flite",
    "hibari",
    "kokoro",
    "kokoro_match",
    "measures",
    "mesh_warp",
    "passthrough",
    "phones",
    "pocketsphinx",
    "pyav",
    "selfie_segmentation",
)
"""Imported when they are asked for: their packages are heavy, or not there."""


def describe(name: str, models_dir: Path | None) -> Engine:
    """What the engine is and whether it works here; without `models_dir` no model file is looked
    for where that can be left out."""
    if name not in ENGINES:
        return _missing(name, "it is not known here")
    try:
        return _adapter(name).describe(models_dir)
    except ImportError as error:
        return _missing(name, f"the Python package {error.name} is not installed")


def load(name: str, *given: Any) -> Any:
    """The engine, ready to work; its module says what it must be given."""
    return _adapter(name).load(*given)


def _missing(name: str, reason: str) -> Engine:
    return Engine(name=name, available=False, license="unknown", reason=reason)


def _adapter(name: str) -> Any:
    return import_module(f"gpu_node.engines.{name}")
