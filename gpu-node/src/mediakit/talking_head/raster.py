"""Finds for each pixel of a frame where in the portrait its colour comes from."""

import cv2
import numpy as np
from numpy.typing import NDArray

from mediakit.arrays import Floats, Indices
from mediakit.talking_head.mesh import HeadMesh, Points

_SHIFT = 4
"""Corners are given to the rasteriser in sixteenths of a pixel."""

_FLAT = 1.5
"""Triangles with less than half this many square pixels count as collapsed."""

Map = Floats
"""(height, width, 2): x and y in the portrait."""


class Raster:
    """Rasteriser of one mesh: polygons 0 to H-1 are the holes (eyes, mouth), then the triangles."""

    def __init__(self, mesh: HeadMesh, holes: list[list[int]], size: tuple[int, int]) -> None:
        """size: height and width of the picture."""
        points, triangles = mesh.points, mesh.triangles
        self._triangles = triangles
        self._holes = holes
        self._base = np.zeros(size, np.int16)
        _paint(self._base, points, [np.array(h) for h in holes], 0)
        _paint(self._base, points, triangles, len(holes))
        self._corners = _homogeneous(points[triangles])

    def interpolate(self, values: Points) -> Map:
        """Values given at the points, (V, 2), for every pixel; holes get what their rim has."""
        holes = [_constant(values[hole].mean(axis=0)) for hole in self._holes]
        across = np.linalg.solve(self._corners, values[self._triangles])
        return _apply(np.concatenate([holes, across]), self._base, np.zeros(2))

    def sources(
        self,
        moved: Points,
        texture: Points,
        changed: NDArray[np.bool_],
        *,
        shifts: Points,
        window: tuple[slice, slice],
    ) -> Map:
        """Where the pixels of `window` come from when the points are at `moved` and take their
        colour at `texture`, both (V, 2): at or next to where the mesh has them.

        `changed` names the triangles whose shape differs from the portrait's; the others stay where
        they were but for at most a few pixels. `shifts` (holes, 2) is how far what lies in a hole
        moved.
        """
        rows, columns = window
        polygons = self._base[window].copy()
        origin = np.array([columns.start, rows.start])
        local = moved - origin
        _paint(polygons, local, [np.array(h) for h in self._holes], 0)
        picked = np.flatnonzero(changed)
        _paint(polygons, local, self._triangles[picked], len(self._holes) + picked)
        across = _affine(moved[self._triangles], texture[self._triangles])
        holes = [_still(shift) for shift in shifts]
        return _apply(np.concatenate([holes, across]), polygons, origin)


def _apply(across: Floats, polygons: NDArray[np.int16], origin: Points) -> Map:
    """Evaluate each polygon's affine map, (n, 3, 2), at its pixels; the first is at `origin`."""
    height, width = polygons.shape
    coefficients = across.reshape(-1, 6).astype(np.float32).take(polygons, axis=0)
    x = np.arange(width, dtype=np.float32)[None, :, None] + np.float32(origin[0])
    y = np.arange(height, dtype=np.float32)[:, None, None] + np.float32(origin[1])
    result = coefficients[..., 0:2] * x
    result += coefficients[..., 2:4] * y
    result += coefficients[..., 4:6]
    return result


def _paint(
    target: NDArray[np.int16],
    points: Points,
    polygons: Indices | list[Indices],
    first: int | Indices,
) -> None:
    """Fill each polygon with its number. Rims are drawn too, so later ones win on shared pixels."""
    fixed = np.round(points * (1 << _SHIFT)).astype(np.int32)
    numbers = first if isinstance(first, np.ndarray) else range(first, first + len(polygons))
    fill = cv2.fillConvexPoly if isinstance(polygons, np.ndarray) else _fill_any
    for number, polygon in zip(numbers, polygons, strict=True):
        fill(target, fixed[polygon], int(number), shift=_SHIFT)


def _fill_any(
    target: NDArray[np.int16], polygon: NDArray[np.int32], number: int, *, shift: int
) -> None:
    cv2.fillPoly(target, [polygon], (number,), shift=shift)


def _homogeneous(corners: Floats) -> Floats:
    """(T, 3, 2) corners with a third coordinate of 1."""
    return np.concatenate([corners, np.ones((len(corners), 3, 1))], axis=2)


def _constant(value: Points) -> Points:
    return np.stack([np.zeros(2), np.zeros(2), value])


def _still(drift: Points) -> Points:
    """A map that only undoes a shift."""
    return np.array([[1.0, 0.0], [0.0, 1.0], -drift])


def _affine(moved: Floats, texture: Floats) -> Floats:
    """(T, 3, 2) maps from moved corners to texture corners, both (T, 3, 2)."""
    corners = _homogeneous(moved)
    flat = np.abs(np.linalg.det(corners)) < _FLAT
    corners[flat] = np.eye(3)
    across = np.linalg.solve(corners, texture)
    # A triangle that collapsed (closed lips and lids) has no sensible map: it only shifts.
    across[flat, 0:2] = np.eye(2)
    across[flat, 2] = (texture[flat] - moved[flat]).mean(axis=1)
    return across
