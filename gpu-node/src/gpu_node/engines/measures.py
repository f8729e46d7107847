"""Engine `measures`: judges a take by its pace, pauses, loudness and clipping."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.arrays import Samples


def describe(models_dir: Path | None) -> Engine:
    """It needs nothing but its package."""
    del models_dir
    return Engine(name="measures", available=True, license="Apache-2.0")


class Measured:
    """It knows no words."""

    def wrong_words(self, samples: Samples, rate: int, text: str) -> float | None:
        """Share of the text's words; None for it understands none."""
        del samples, rate, text
        return None


def load() -> Measured:
    """To be asked per take."""
    return Measured()
