"""Engine `phones`: plans a mouth from phones and their times."""

from pathlib import Path
from typing import Any

from gpu_node.engines.engine import Engine
from mediakit.alignment import phones


def describe(models_dir: Path | None) -> Engine:
    """It needs nothing but its package."""
    del models_dir
    return Engine(name="phones", available=True, license="Apache-2.0")


def load() -> Any:
    """Takes samples, their rate and phones."""
    return phones.plan
