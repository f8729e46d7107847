"""The 468 points of the MediaPipe face mesh: which is which, and how they hang together.

Left and right are those of the picture.
"""

import json
from functools import lru_cache
from importlib.resources import files

import numpy as np

from mediakit.arrays import Floats, Indices

COUNT = 468

# Rings run from one corner over the upper edge to the other corner and back along the lower edge.
LIPS_OUTER_UPPER = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291]
LIPS_OUTER_LOWER = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291]
LIPS_INNER_UPPER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308]
LIPS_INNER_LOWER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308]
UPPER_LIP = [
    LIPS_OUTER_UPPER[1:-1],
    [184, 74, 73, 72, 11, 302, 303, 304, 408],
    [183, 42, 41, 38, 12, 268, 271, 272, 407],
    LIPS_INNER_UPPER[1:-1],
]
"""Rows from the outer to the inner edge; what stands in one column moves together."""
LOWER_LIP = [
    LIPS_OUTER_LOWER[1:-1],
    [77, 90, 180, 85, 16, 315, 404, 320, 307],
    [96, 89, 179, 86, 15, 316, 403, 319, 325],
    LIPS_INNER_LOWER[1:-1],
]
MOUTH_CORNERS = [61, 76, 62, 78, 291, 306, 292, 308]
LEFT_EYE_UPPER = [33, 246, 161, 160, 159, 158, 157, 173, 133]
LEFT_EYE_LOWER = [33, 7, 163, 144, 145, 153, 154, 155, 133]
RIGHT_EYE_UPPER = [263, 466, 388, 387, 386, 385, 384, 398, 362]
RIGHT_EYE_LOWER = [263, 249, 390, 373, 374, 380, 381, 382, 362]
LEFT_BROW_UPPER = [70, 63, 105, 66, 107]
LEFT_BROW_LOWER = [46, 53, 52, 65, 55]
RIGHT_BROW_UPPER = [300, 293, 334, 296, 336]
RIGHT_BROW_LOWER = [276, 283, 282, 295, 285]
OVAL = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
]  # fmt: skip
"""Around the face, from the top of the forehead, first down the right side."""

FOREHEAD, CHIN = 10, 152
MOUTH_LEFT, MOUTH_RIGHT = 61, 291
LIP_UPPER_INNER, LIP_LOWER_INNER = 13, 14
NOSE_TIP = 1


def ring(upper: list[int], lower: list[int]) -> list[int]:
    """A closed ring of points from its two edges."""
    return upper + lower[-2:0:-1]


@lru_cache(maxsize=1)
def canonical_face() -> tuple[Floats, Indices]:
    """Average face: (468, 3) points in cm (right, up, to the viewer) and (898, 3) triangles."""
    text = files("mediakit.portrait").joinpath("canonical_face.json").read_text("utf-8")
    face = json.loads(text)
    return np.array(face["vertices_cm"], float), np.array(face["triangles"], int)


def open_triangles() -> Indices:
    """The triangles without those that close eyes and mouth."""
    _, triangles = canonical_face()
    closed = np.zeros(len(triangles), bool)
    for upper, lower in (
        (LIPS_INNER_UPPER, LIPS_INNER_LOWER),
        (LEFT_EYE_UPPER, LEFT_EYE_LOWER),
        (RIGHT_EYE_UPPER, RIGHT_EYE_LOWER),
    ):
        closed |= np.isin(triangles, ring(upper, lower)).all(axis=1)
    return triangles[~closed]
