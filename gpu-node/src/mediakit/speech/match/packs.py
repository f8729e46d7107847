"""Kokoro's voices by how they sound; gpu-node/scripts/voice_prints.py measures them."""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np

from mediakit.arrays import Floats

FILE = Path(__file__).with_name("voices.json")


@lru_cache(maxsize=1)
def voice_prints() -> dict[str, Floats]:
    """The vector of each voice's print (VoicePrint.vector), by name."""
    rows: dict[str, list[float]] = json.loads(FILE.read_text(encoding="utf-8"))
    return {name: np.array(row) for name, row in rows.items()}
