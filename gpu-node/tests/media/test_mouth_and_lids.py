"""Open smiles close lip to lip, rounded lips cover the teeth, closed lids show no eye."""

import cv2
import numpy as np
import pytest

from mediakit.portrait import drawn_face, topology
from mediakit.talking_head.controls import LOCAL, fields
from mediakit.talking_head.face_frame import face_frame
from mediakit.talking_head.head import HEAD
from mediakit.talking_head.lips import without_teeth
from mediakit.talking_head.mesh import head_mesh
from mediakit.talking_head.render import Pose, TalkingHead
from mediakit.talking_head.rounding import FULL

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


def smile(head: TalkingHead, opening: float) -> tuple[np.ndarray, np.ndarray]:
    """A photo whose mouth is open, and its landmarks."""
    landmarks = drawn_face.draw(SIDE)[1].copy()
    mesh = head_mesh(landmarks, (SIDE, SIDE))
    opened = opening * fields(mesh).local[LOCAL.index("open")]
    landmarks[:, :2] += opened[: topology.COUNT]
    return posed(head, opening, 1.0).astype(np.uint8), landmarks


def test_a_faint_smile_closes_lip_to_lip(head: TalkingHead) -> None:
    photo, landmarks = smile(head, 0.2)
    # Neither the cavity nor a tooth is left, only lips and the soft line where they meet.
    flat = landmarks[:, :2]
    mended = without_teeth(photo, flat, face_frame(flat)).astype(int)
    for left in (mended, posed(TalkingHead(photo, landmarks), 0, 1.0)):
        inside = between_the_lips(left, landmarks)
        assert inside[:, 2].min() > 80
        assert np.percentile(inside.min(axis=1), 90) < 160


@pytest.mark.parametrize("opening", [0.4, 0.6, 0.9])
def test_an_open_smile_rests_with_a_little_of_its_teeth(head: TalkingHead, opening: float) -> None:
    photo, landmarks = smile(head, opening)
    shown = between_the_lips(photo.astype(int), landmarks)
    assert shown.min(axis=0).max() < 95 and shown.min(axis=1).max() > 120, "cavity and teeth"
    mesh = head_mesh(landmarks, (SIDE, SIDE))
    at_rest = mesh.points + fields(mesh).closing
    gap = np.linalg.norm(at_rest[14] - at_rest[13]) / face_frame(mesh.points).unit
    assert 0.015 < gap < 0.065
    # Lips keep their height: they are not drawn over the teeth.
    for outer, inner in ((0, 13), (17, 14)):
        before, after = (
            np.linalg.norm(points[outer] - points[inner]) for points in (mesh.points, at_rest)
        )
        assert after < 1.45 * before


@pytest.mark.parametrize("wider", [1.0, 1.25, 1.45])
def test_the_wider_a_smile_the_less_it_is_gathered(wider: float) -> None:
    landmarks = drawn_face.draw(SIDE)[1].copy()
    frame = face_frame(landmarks[:, :2])
    lips = [i for row in (*topology.UPPER_LIP, *topology.LOWER_LIP) for i in row]
    every = [*lips, *topology.MOUTH_CORNERS]
    aside = (landmarks[every, 0] - frame.mouth[0]) / frame.half_mouth
    landmarks[every, 0] += (wider - 1) * aside * frame.half_mouth
    landmarks[every, 1] -= 0.3 * (wider - 1) * frame.unit * aside**2
    mesh = head_mesh(landmarks, (SIDE, SIDE))
    moves = FULL * fields(mesh).local[LOCAL.index("round")] / frame.unit
    corner = np.abs(moves[[topology.MOUTH_LEFT, topology.MOUTH_RIGHT]])
    assert 0.04 < corner[:, 0].max() < (0.085 if wider == 1 else 0.075)
    assert corner[:, 1].max() < 0.04


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


def made_up() -> tuple[np.ndarray, np.ndarray]:
    """Black make-up from the lids halfway to the brows."""
    picture, points = (part.copy() for part in drawn_face.draw(SIDE))
    paint = np.zeros(picture.shape[:2], np.float32)
    for upper, brow in ((topology.LEFT_EYE_UPPER, 223), (topology.RIGHT_EYE_UPPER, 443)):
        edge = points[upper, :2]
        top = edge + 0.55 * (points[brow, :2] - edge[4])
        cv2.fillPoly(paint, [np.concatenate([edge, top[::-1]]).astype(np.int32)], 1.0)
    share = cv2.GaussianBlur(paint, (0, 0), 2)[..., None]
    return (picture * (1 - 0.85 * share)).astype(np.uint8), points


def test_dark_make_up_does_not_blink_as_a_black_socket() -> None:
    picture, points = made_up()
    head = TalkingHead(picture, points)
    skin = picture[tuple(np.round(points[[50, 280], 1::-1]).astype(int).T)].mean()
    closed, opened = posed(head, 0, 1, 1), posed(head, 0, 1, 0)
    for upper, lower in (
        (topology.LEFT_EYE_UPPER, topology.LEFT_EYE_LOWER),
        (topology.RIGHT_EYE_UPPER, topology.RIGHT_EYE_LOWER),
    ):
        middle = (0.5 * (points[upper, :2] + points[lower, :2]))[3:6]
        lid = np.array([closed[y - 1 : y + 2, x] for x, y in middle.astype(int)])
        assert lid.mean() > 0.6 * skin
    # With open eyes the make-up is the portrait's own.
    assert np.abs(opened - picture.astype(int)).mean() < 0.5


def test_brows_stay_where_they_are_on_a_blink(head: TalkingHead) -> None:
    mesh = head_mesh(drawn_face.draw(SIDE)[1], (SIDE, SIDE))
    moves = fields(mesh).local[LOCAL.index("blink")] / face_frame(mesh.points).unit
    brows = topology.LEFT_BROW_LOWER + topology.RIGHT_BROW_LOWER
    assert np.abs(moves[brows]).max() < 1e-9
    # Their hairs reach below these points.
    assert np.abs(moves[[225, 224, 223, 222, 221, 445, 444, 443, 442, 441]]).max() < 1e-9
    assert np.abs(moves[[*topology.LEFT_EYE_UPPER]]).max() > 0.1
