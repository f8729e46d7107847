"""The triangles that the picture is made of: the face mesh, rings around it, the picture's edge."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import splu
from scipy.spatial import Delaunay

from mediakit.arrays import Floats, Indices
from mediakit.portrait import topology

Points = Floats

RINGS = (1.1, 1.25, 1.45, 1.75)
"""Rings outside the face, as multiples of its outline."""
_EDGE_STEP = 1 / 8
"""Distance of the points on the picture's edge, as a share of its side."""
_COTANGENTS = (0.05, 10.0)
"""Least and greatest weight of an edge. With 50 one face in a hundred still shattered."""


@dataclass(frozen=True)
class HeadMesh:
    """Points 0-467 are the face mesh, then come the rings, then the edge."""

    points: Points
    """(V, 2) pixels."""
    depth: Floats
    """(V,) pixels, smaller is nearer; 0 outside the face."""
    reach: Floats
    """(V,) how far out a point lies: 1 on the face, the ring's multiple, infinite on the edge."""
    triangles: Indices
    """(T, 3), without those of eyes and mouth."""


def head_mesh(landmarks: Floats, size: tuple[int, int]) -> HeadMesh:
    """The mesh for 468 landmarks (x, y, z) in a picture of `size` (height, width) pixels."""
    height, width = size
    face = landmarks[:, :2]
    outline = face[topology.OVAL]
    centre = (outline.min(axis=0) + outline.max(axis=0)) / 2
    points, reach = [face], [np.ones(topology.COUNT)]
    for multiple in RINGS:
        ring = centre + (outline - centre) * multiple
        ring = ring[((ring > 4) & (ring < (width - 5, height - 5))).all(axis=1)]
        points.append(ring)
        reach.append(np.full(len(ring), multiple))
    points.append(_edge(height, width))
    reach.append(np.full(len(points[-1]), np.inf))
    every = np.concatenate(points)
    depth = np.zeros(len(every))
    depth[: topology.COUNT] = landmarks[:, 2]
    triangles = np.concatenate([topology.open_triangles(), _around(every, outline)])
    return HeadMesh(every, depth, np.concatenate(reach), triangles)


def _edge(height: int, width: int) -> Points:
    line = np.arange(0, 1, _EDGE_STEP)
    zero, one = np.zeros(len(line)), np.ones(len(line))
    sides = [(line, zero), (one, line), (1 - line, one), (zero, 1 - line)]
    return np.concatenate([np.column_stack(pair) for pair in sides]) * (width - 1, height - 1)


def _around(points: Points, outline: Points) -> Indices:
    """Triangles between the face's outline and the edge of the picture."""
    outer = np.concatenate([topology.OVAL, np.arange(topology.COUNT, len(points))])
    triangles = outer[Delaunay(points[outer]).simplices]
    contour = outline.astype(np.float32)[:, None]
    middles = points[triangles].mean(axis=1)
    outside = [cv2.pointPolygonTest(contour, (float(x), float(y)), False) < 0 for x, y in middles]
    return triangles[np.array(outside)]


def spread(mesh: HeadMesh, controls: Indices, asked: Floats, *, stiff: bool = True) -> Floats:
    """(V, K) moves of all points when control points move as in `asked`, (V, K), as smoothly as a
    bent plate would (the biharmonic equation on the mesh). Slits stay slits: an upper lip does not
    pull at the lower one.

    Not `stiff`: as a stretched skin would; it creases at the controls, but no point ever moves
    further than they do.
    """
    laplacian, mass = _laplacian(mesh.points, mesh.triangles)
    energy = laplacian.T @ diags_array(1 / mass) @ laplacian if stiff else laplacian
    free = np.setdiff1d(np.arange(len(mesh.points)), controls)
    rows = energy.tocsr()[free]
    moves = asked.copy()
    pull = rows[:, controls] @ asked[controls]
    moves[free] = -splu(rows[:, free].tocsc()).solve(pull)
    return moves


def _laplacian(points: Points, triangles: Indices) -> tuple[csr_array, Floats]:
    """Cotangent Laplacian and the area that belongs to each point."""
    count = len(points)
    laplacian, mass = csr_array((count, count)), np.full(count, 1e-3)
    for turn in range(3):
        a, b, c = (triangles[:, (turn + i) % 3] for i in range(3))
        to_b, to_c = points[b] - points[a], points[c] - points[a]
        area2 = np.abs(to_b[:, 0] * to_c[:, 1] - to_b[:, 1] * to_c[:, 0]) + 1e-6
        # Blunt angles would give negative weights and a mesh that folds; those of slivers would
        # give weights so large that nothing of the solution is left but rounding errors.
        weight = np.clip((to_b * to_c).sum(axis=1) / area2, *_COTANGENTS) / 2
        values = np.concatenate([-weight, -weight, weight, weight])
        places = (np.concatenate([b, c, b, c]), np.concatenate([c, b, b, c]))
        laplacian += csr_array((values, places), shape=(count, count))
        np.add.at(mass, a, area2 / 6)
    return laplacian, mass
