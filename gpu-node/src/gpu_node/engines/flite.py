"""Engine `flite`: the small classic voices of the flite program."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.speech import flite


def describe(models_dir: Path | None) -> Engine:
    """It needs the program."""
    del models_dir
    reason = flite.why_not()
    return Engine(
        name="flite",
        available=reason is None,
        reason=reason,
        voices=flite.VOICES,
        models=[f"cmu_us_{voice['name']}" for voice in flite.VOICES],
        license="BSD-like",
    )


def load(models_dir: Path, voice: str) -> flite.Flite:
    """The engine with one of its voices."""
    del models_dir
    return flite.load(voice)
