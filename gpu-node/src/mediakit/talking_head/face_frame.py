"""The face's own axes and measures in the picture."""

from dataclasses import dataclass

import numpy as np

from mediakit.portrait import topology as t
from mediakit.talking_head.mesh import Points

CLOSE_UPPER = 0.4
"""How much of the way to a closed mouth the upper lip goes."""


@dataclass(frozen=True)
class FaceFrame:
    """The face's own axes in the picture."""

    unit: float
    """Distance between the outer eye corners, pixels."""
    across: Points
    down: Points
    mouth: Points
    """Middle of the mouth."""
    half_mouth: float
    """Half of its width, pixels."""
    seam: Points
    """Middle of the line where the lips meet when they close."""


def face_frame(points: Points) -> FaceFrame:
    """Measures of the (468, 2) points of a face, or of a mesh that begins with them."""
    eyes = points[263] - points[33]
    unit = float(np.linalg.norm(eyes))
    across = eyes / unit
    corners = points[t.MOUTH_RIGHT] - points[t.MOUTH_LEFT]
    middle = (points[t.MOUTH_RIGHT] + points[t.MOUTH_LEFT]) / 2
    down = np.array([-across[1], across[0]])
    half = float(np.linalg.norm(corners)) / 2
    upper, lower = points[t.LIP_UPPER_INNER], points[t.LIP_LOWER_INNER]
    seam = upper + CLOSE_UPPER * (lower - upper)
    return FaceFrame(unit, across, down, middle, half, seam)
