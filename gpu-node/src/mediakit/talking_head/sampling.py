"""Colours of a picture at points of a face, of which some may lie beyond its edge."""

import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.talking_head.mesh import Points


def sampled(picture: Picture, points: Points) -> Floats:
    """(n, ...) what the picture shows at the points; beyond its edge what is nearest to them."""
    last = np.array(picture.shape[1::-1]) - 1
    x, y = np.clip(points, 0, last).astype(int).T
    return picture[y, x].astype(np.float32)
