"""Where the rims of mouth and eyes take their colour: a little beside the cut, clear of what shows
through it."""

import numpy as np

from mediakit.portrait import topology as t
from mediakit.talking_head.mesh import Points

_LIP_INSET = 0.12
"""How far inside, as a share of the lip's height."""
_LID_INSET = 0.09
"""The same for lids, as a share of the eye's height."""


def lip_texture(points: Points) -> Points:
    """Where points take their colour: the rims of the mouth a little inside the lip, clear of
    teeth.
    """
    texture = points.copy()
    for outer, _, row, inner in (t.UPPER_LIP, t.LOWER_LIP):
        towards = points[outer] - points[inner]
        texture[inner] += _LIP_INSET * towards
        texture[row] += 0.5 * _LIP_INSET * towards
    # The dark corners of an open smile would be left as specks in a closed one.
    texture[[78, 308]] = points[[62, 292]]
    return texture


def lid_inset(points: Points) -> Points:
    """(V, 2) how much further inside a lid that moves takes its colour, clear of the eye."""
    inset = np.zeros_like(points)
    for upper, lower in (
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
    ):
        height = points[lower] - points[upper]
        inset[upper] -= _LID_INSET * height
        inset[lower] += _LID_INSET * height
    return inset
