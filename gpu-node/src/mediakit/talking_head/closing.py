"""How a mouth that the portrait shows open comes to rest."""

from collections.abc import Mapping

import numpy as np

from mediakit.portrait import topology as t
from mediakit.talking_head.face_frame import CLOSE_UPPER, FaceFrame
from mediakit.talking_head.lips import APART
from mediakit.talking_head.mesh import Points

_REST_SHARE, _REST_GAP = 0.45, 0.06
"""Lips that are further apart than those of a faint smile keep so much of it, and at most so much,
in eye distances: a little of the teeth is shown."""
_JAW_CLOSES = 0.4
"""How far the jaw goes up with the lower lip when a smile closes."""


def closing_moves(points: Points, frame: FaceFrame, jaw: Mapping[int, float]) -> Points:
    """(V, 2) how far lips go to rest; jaw: how far each of its points goes with the chin."""
    moves = np.zeros_like(points)
    apart = points[t.LIPS_INNER_LOWER] - points[t.LIPS_INNER_UPPER]
    gap = float(np.linalg.norm(apart[len(apart) // 2]))
    if gap > 0:
        apart = apart * (1 - resting_gap(gap / frame.unit) * frame.unit / gap)
    for row, (upper, lower) in enumerate(zip(t.UPPER_LIP, t.LOWER_LIP, strict=True)):
        inwards = row / 3
        moves[upper] = CLOSE_UPPER * (0.5 + 0.5 * inwards) * apart[1:-1]
        moves[lower] = -(1 - CLOSE_UPPER) * (0.75 + 0.25 * inwards) * apart[1:-1]
    # The jaw goes along, else the skin below the lip would be drawn out.
    middle = (1 - CLOSE_UPPER) * apart[len(apart) // 2]
    for point, share in jaw.items():
        moves[point] = -_JAW_CLOSES * share * middle
    return moves


def resting_gap(gap: float) -> float:
    """How far apart the lips of a smile rest that the portrait shows `gap` apart, both in eye
    distances: pulled shut, wide lips would smear over the teeth.
    """
    return float(np.clip(_REST_SHARE * (gap - APART), 0, _REST_GAP))
