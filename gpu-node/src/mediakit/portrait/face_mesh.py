"""Engine `face_mesh`: the 468 points of a face in a photo."""

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mediakit.arrays import Floats, Picture
from mediakit.model_files import checked
from mediakit.networks import network_of
from mediakit.portrait import topology
from mediakit.portrait.face_detector import MODEL as DETECTOR
from mediakit.portrait.face_detector import PARTS, FaceBox, FaceDetector
from mediakit.portrait.tflite import Network

MODEL = "face_landmark.tflite"
_MARGIN = 1.5
"""The network wants the face with a quarter of its size around it."""
_PASSES = 3
"""Each pass looks at the square that the points of the last one suggest."""


@dataclass(frozen=True)
class Face:
    """A face that was found: (468, 3) points in pixels of the picture, smaller z is nearer."""

    points: Floats
    score: float


class FaceMesh:
    """Detector and mesh network together."""

    def __init__(self, models: Path) -> None:
        self._detector = FaceDetector(Network(checked(models, DETECTOR)))
        self._network = Network(checked(models, MODEL))

    def find(
        self,
        picture: Picture,
        check_canceled: Callable[[], None] = lambda: None,
        parts: Sequence[float] = PARTS,
    ) -> list[Face]:
        """Faces in the picture, the largest first; `score` tells how sure the mesh is (0..1).

        check_canceled: called between the parts, to raise if nobody wants them any more.
        """
        faces: list[Face] = []
        for box in self._detector.find(picture, check_canceled, parts):
            check_canceled()
            faces.append(self._fit(picture, box))
        return faces

    def track(self, picture: Picture, last: Face) -> Face:
        """The same face in the next frame of a film."""
        return self._points(picture, _box_of(last.points))

    def _fit(self, picture: Picture, box: FaceBox) -> Face:
        face = self._points(picture, box)
        for _ in range(_PASSES - 1):
            face = self._points(picture, _box_of(face.points))
        return face

    def _points(self, picture: Picture, box: FaceBox) -> Face:
        side = self._network.side
        scale = box.size * _MARGIN / side
        cos, sin = np.cos(box.roll) * scale, np.sin(box.roll) * scale
        turn = np.array([[cos, -sin], [sin, cos]])
        shift = np.array(box.centre) - turn @ np.full(2, side / 2)
        part, corner = _around(picture, box, side * scale)
        # Whole pixels are averaged first, else detail would alias where every n-th one is taken.
        times = max(1, int(scale))
        small = _shrunk(part, times)
        out_of_crop = np.column_stack([turn, shift - corner + 0.5]) / times - [0, 0, 0.5]
        flags = cv2.WARP_INVERSE_MAP | cv2.INTER_LINEAR
        crop = cv2.warpAffine(small, out_of_crop, (side, side), flags=flags)
        values, flag = self._network(crop[..., ::-1] / np.float32(255))[:2]
        raw = values.reshape(topology.COUNT, 3).astype(np.float64)
        points = np.column_stack([raw[:, :2] @ turn.T + shift, raw[:, 2] * scale])
        return Face(points, float(1 / (1 + np.exp(-flag.reshape(-1)[0]))))


def _around(picture: Picture, box: FaceBox, side: float) -> tuple[Picture, Floats]:
    """The part of the picture that a turned square of that side can touch, and its corner."""
    reach = 0.75 * side + 8
    size = picture.shape[1::-1]
    low = np.clip(np.array(box.centre) - reach, 0, np.array(size) - 1).astype(int)
    high = np.clip(np.array(box.centre) + reach, low + 1, size).astype(int)
    return picture[low[1] : high[1], low[0] : high[0]], low


def _shrunk(picture: Picture, times: int) -> Picture:
    """The picture at a fraction of its size; rows and columns that are left over are left out."""
    width, height = (max(1, pixels // times) for pixels in picture.shape[1::-1])
    whole = picture[: height * times, : width * times]
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def _box_of(points: Floats) -> FaceBox:
    across = points[263, :2] - points[33, :2]
    roll = float(np.arctan2(across[1], across[0]))
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    upright = points[topology.OVAL, :2] @ turn.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    centre = turn.T @ ((low + high) / 2)
    return FaceBox(1.0, (float(centre[0]), float(centre[1])), float((high - low).max()), roll)


@lru_cache(maxsize=1)
@network_of("face_mesh")
def load(models: Path) -> FaceMesh:
    """The networks, loaded once per process."""
    return FaceMesh(models)


def why_not(models: Path | None) -> str | None:
    """What it lacks here; without `models` only the library is looked for."""
    if importlib.util.find_spec("ai_edge_litert") is None:
        return "the Python package ai-edge-litert is not installed"
    wanted = () if models is None else (DETECTOR, MODEL)
    missing = [name for name in wanted if models and not (models / name).is_file()]
    return f"model files are missing: {', '.join(missing)}" if missing else None
