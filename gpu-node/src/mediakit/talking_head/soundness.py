"""Looks at moves before a film is made of them: a mesh that tears must never be shown."""

import numpy as np

from mediakit.arrays import Floats, Indices
from mediakit.talking_head.mesh import HeadMesh, Points

_OVERSHOOT, _SLACK = 1.15, 0.1
"""A bent plate swings a little further than what bends it, by this factor and this share of the eye
distance; more is no face any more."""
_TORN = 0.004
"""Area that may lie the wrong way round, in squares of the eye distance: a few slivers, unseen."""


def overshoots(poses: list[Points], controls: Indices, unit: float) -> bool:
    """Whether a point goes further than the controls do in one of `poses`, moves of (V, 2)."""
    far = np.linalg.norm(np.stack(poses), axis=2)
    return bool((far.max(axis=1) > _OVERSHOOT * far[:, controls].max(axis=1) + _SLACK * unit).any())


def torn(mesh: HeadMesh, poses: list[Points], unit: float) -> bool:
    """Whether triangles turn over when the points of the mesh go by one of `poses`, (V, 2) each."""
    before = _areas(mesh.points, mesh.triangles)
    for moves in poses:
        after = _areas(mesh.points + moves, mesh.triangles)
        turned = before * after < 0
        # What was hardly to be seen before may turn: it stays a sliver.
        if np.minimum(np.abs(before), np.abs(after))[turned].sum() > _TORN * unit**2:
            return True
    return False


def _areas(points: Points, triangles: Indices) -> Floats:
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    (x1, y1), (x2, y2) = (b - a).T, (c - a).T
    return (x1 * y2 - y1 * x2) / 2
