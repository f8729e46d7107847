"""Engine `energy`: plans a mouth from loudness alone."""

from pathlib import Path
from typing import Any

from gpu_node.engines.engine import Engine
from mediakit.alignment import energy
from mediakit.alignment.track import VisemeTrack
from mediakit.arrays import Samples


def describe(models_dir: Path | None) -> Engine:
    """It needs nothing but its package."""
    del models_dir
    return Engine(name="energy", available=True, license="Apache-2.0")


def load() -> Any:
    """Takes samples, their rate and phones, which it does not need."""
    return _plan


def _plan(samples: Samples, rate: int, phones: object) -> VisemeTrack:
    del phones
    return energy.plan(samples, rate)
