"""Types of arrays. Shapes are said where arrays are used."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Real numbers of either precision."""
Indices = NDArray[np.int64]
Picture = NDArray[np.uint8]
"""(height, width, 3), blue, green, red."""
Samples = NDArray[np.float32]
"""Mono sound, full scale at +-1."""
