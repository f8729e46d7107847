"""Engine `mesh_warp`: moves the triangles of a portrait so that it speaks."""

from dataclasses import dataclass

import cv2
import numpy as np

from gpu_node.engines.arrays import Floats, Picture
from gpu_node.engines.engine import Engine
from gpu_node.engines.portrait import topology as t
from gpu_node.engines.talking_head.controls import GAP, HEAD, JAW_SHARE, face_frame, fields
from gpu_node.engines.talking_head.mesh import Points, head_mesh
from gpu_node.engines.talking_head.mouth import mouth_interior
from gpu_node.engines.talking_head.raster import Raster

_RIM = t.ring(t.LIPS_INNER_UPPER, t.LIPS_INNER_LOWER)
_HOLES = [
    _RIM,
    t.ring(t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
    t.ring(t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
]
_LIP_INSET = 0.12
"""How far inside, as a share of the lip's height."""
_LID_INSET = 0.09
"""The same for lids, as a share of the eye's height."""
_MOVED_PX = 0.05
"""Triangles whose points move less than this beside the head's own motion count as unchanged,"""
_DRIFTED_PX = 0.8
"""unless the head moves them further than this."""


@dataclass(frozen=True)
class Pose:
    """One frame: planned mouth and motion of the head (see `visemes.Mouth`, `motion.Motion`)."""

    open: float
    width: float
    blink: float
    brow: float
    head: Floats


class TalkingHead:
    """A portrait that can be posed: made in a fifth of a second, posed in some milliseconds."""

    def __init__(self, portrait: Picture, landmarks: Floats) -> None:
        """portrait: square; landmarks: (468, 3) in its pixels."""
        self._portrait = portrait
        side = portrait.shape[0]
        self._mesh = head_mesh(landmarks, side)
        self._frame = face_frame(self._mesh.points)
        self._fields = fields(self._mesh)
        self._raster = Raster(self._mesh, _texture(self._mesh.points), _HOLES, side)
        self._mouth = mouth_interior(portrait, self._mesh.points, self._frame)
        self._window = self._local_window(side)
        turns = [self._raster.interpolate(field) for field in self._fields.head]
        self._turns = np.stack([turn.reshape(-1) for turn in turns])
        y, x = np.mgrid[0:side, 0:side].astype(np.float32)
        self._identity = np.stack([x, y], axis=-1)

    @property
    def rest_gap(self) -> float:
        """Distance of the lips at `open` = 1 in pixels."""
        return GAP * self._frame.unit

    def frame(self, pose: Pose) -> Picture:
        """The picture of one pose."""
        head = pose.head.copy()
        head[: HEAD.index("roll")] *= self._frame.unit
        drift = np.tensordot(head, self._fields.head, axes=1)
        strengths = np.array([
            pose.open, max(0.0, pose.width - 1), max(0.0, 1 - pose.width), pose.blink, pose.brow,
        ])  # fmt: skip
        local = np.tensordot(strengths, self._fields.local, axes=1) + self._fields.closing
        moved = self._mesh.points + drift + local
        still = np.abs(local).max(axis=1) < _MOVED_PX
        still &= np.abs(drift).max(axis=1) < _DRIFTED_PX
        changed = ~still[self._mesh.triangles].all(axis=1)
        back = (head.astype(np.float32) @ self._turns).reshape(self._identity.shape)
        sources = self._identity - back
        sources[self._window] = self._raster.sources(moved, changed, drift, self._window)
        warped = cv2.remap(
            self._portrait,
            sources,
            np.empty(0),
            interpolation=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        picture = warped.astype(np.uint8, copy=False)
        skull = drift[_RIM].mean(axis=0)
        jaw = JAW_SHARE * pose.open * self.rest_gap
        self._mouth.draw(picture, moved[_RIM], skull, jaw)
        return picture

    def _local_window(self, side: int) -> tuple[slice, slice]:
        """The part of the picture that mouth, eyes and brows can ever move."""
        most = np.array([1.0, 0.15, 0.35, 1.0, 1.6])[:, None, None] * np.abs(self._fields.local)
        touched = (most.sum(axis=0) + np.abs(self._fields.closing)).max(axis=1) > 0.4
        used = self._mesh.triangles[touched[self._mesh.triangles].any(axis=1)]
        corners = self._mesh.points[np.unique(used)]
        margin = np.ceil(self._fields.local[0].max()) + 4
        low = np.clip(np.floor(corners.min(axis=0)) - 4, 0, side).astype(int)
        high = np.clip(np.ceil(corners.max(axis=0)) + margin, 0, side).astype(int)
        return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _texture(points: Points) -> Points:
    """Where points take their colour: rims a little inside lip and lid, clear of tooth and eye."""
    texture = points.copy()
    for outer, _, row, inner in (t.UPPER_LIP, t.LOWER_LIP):
        towards = points[outer] - points[inner]
        texture[inner] += _LIP_INSET * towards
        texture[row] += 0.5 * _LIP_INSET * towards
    for upper, lower in (
        (t.LEFT_EYE_UPPER, t.LEFT_EYE_LOWER),
        (t.RIGHT_EYE_UPPER, t.RIGHT_EYE_LOWER),
    ):
        height = points[lower] - points[upper]
        texture[upper] -= _LID_INSET * height
        texture[lower] += _LID_INSET * height
    return texture


def describe() -> Engine:
    """Announce the engine."""
    return Engine(name="mesh_warp", available=True, license="Apache-2.0")
