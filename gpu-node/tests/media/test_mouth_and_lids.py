"""Open smiles close lip to lip, rounded lips cover the teeth, closed lids show no eye."""

import numpy as np
import pytest

from gpu_node.engines.portrait import drawn_face, topology
from gpu_node.engines.talking_head.controls import LOCAL, fields
from gpu_node.engines.talking_head.face_frame import face_frame
from gpu_node.engines.talking_head.head import HEAD
from gpu_node.engines.talking_head.lips import without_teeth
from gpu_node.engines.talking_head.mesh import head_mesh
from gpu_node.engines.talking_head.render import Pose, TalkingHead

SIDE = 384
STILL = np.zeros(len(HEAD))


@pytest.fixture(scope="module")
def head() -> TalkingHead:
    return TalkingHead(*drawn_face.draw(SIDE))


def posed(head: TalkingHead, opening: float, width: float, blink: float = 0) -> np.ndarray:
    return head.frame(Pose(opening, width, blink, 0, STILL)).astype(int)


def between_the_lips(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Pixels around the middle third of the mouth."""
    left, right = points[82, 0], points[312, 0]
    top, bottom = points[13, 1], points[14, 1]
    return picture[round(top) + 1 : round(bottom), round(left) : round(right)].reshape(-1, 3)


def test_an_open_smile_closes_lip_to_lip(head: TalkingHead) -> None:
    landmarks = drawn_face.draw(SIDE)[1].copy()
    mesh = head_mesh(landmarks, (SIDE, SIDE))
    opened = 0.5 * fields(mesh).local[LOCAL.index("open")]
    photo = posed(head, 0.5, 1.0).astype(np.uint8)
    landmarks[:, :2] += opened[: topology.COUNT]
    shown = between_the_lips(photo.astype(int), landmarks)
    assert shown.min(axis=0).max() < 80 and shown.min(axis=1).max() > 120, "cavity and teeth"
    # Neither the cavity nor a tooth is left, only lips and the soft line where they meet.
    flat = landmarks[:, :2]
    mended = without_teeth(photo, flat, face_frame(flat)).astype(int)
    for left in (mended, posed(TalkingHead(photo, landmarks), 0, 1.0)):
        inside = between_the_lips(left, landmarks)
        assert inside[:, 2].min() > 90
        assert np.percentile(inside.min(axis=1), 90) < 160


def test_rounded_lips_cover_the_teeth(head: TalkingHead) -> None:
    _, points = drawn_face.draw(SIDE)
    x, y = np.round(points[13, :2]).astype(int).tolist()

    def brightest(opening: float, width: float) -> int:
        inside = posed(head, opening, width)[y - 2 : y + 8, x - 4 : x + 5]
        return int(inside.min(axis=2).max())

    assert brightest(0.5, 1.05) > 140
    assert brightest(0.5, 0.72) < 100


def test_closed_lids_show_lashes_and_no_eye(head: TalkingHead) -> None:
    _, points = drawn_face.draw(SIDE)
    eye = points[topology.LEFT_EYE_UPPER + topology.LEFT_EYE_LOWER, :2]
    low, high = np.round(eye.min(axis=0)).astype(int), np.round(eye.max(axis=0)).astype(int)

    def white(blink: float) -> int:
        part = posed(head, 0, 1, blink)[low[1] : high[1] + 3, low[0] : high[0]]
        return int(((part.min(axis=2) > 190) & (np.ptp(part, axis=2) < 30)).sum())

    assert white(0) > 20
    assert white(1) == 0
    column = round(float(eye[:, 0].mean()))
    line = posed(head, 0, 1, 1)[high[1] - 8 : high[1] + 4, column].max(axis=1)
    assert line.min() < 0.55 * line.max()
