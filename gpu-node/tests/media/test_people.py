"""The drawn people: avatars and test faces serve every kind of person alike."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from media.film import prepare
from media.workshop import Workshop

from gpu_node.errors import Canceled
from mediakit.portrait import drawn_face, face_mesh, suitability, topology
from mediakit.portrait.drawn_look import LOOKS, TEST_LOOKS
from mediakit.talking_head.controls import LOCAL, fields
from mediakit.talking_head.face_frame import face_frame
from mediakit.talking_head.glasses import has_glasses
from mediakit.talking_head.head import HEAD
from mediakit.talking_head.mesh import head_mesh
from mediakit.talking_head.render import Pose, TalkingHead

PEOPLE = [*LOOKS, *TEST_LOOKS]
SIDE = 384
STILL = np.zeros(len(HEAD))


@pytest.mark.parametrize("name", PEOPLE)
def test_the_network_sees_each_face_where_it_is_drawn(models_dir: Path, name: str) -> None:
    picture, landmarks = drawn_face.draw(SIDE, name)
    seen = face_mesh.load(models_dir).find(picture)
    face = suitability.choose(seen, None)
    suitability.check(picture, face)
    away = np.linalg.norm(face.points[:, :2] - landmarks[:, :2], axis=1)
    assert away.mean() < 0.016 * SIDE


@pytest.mark.parametrize("name", PEOPLE)
def test_each_mouth_opens_and_closes(models_dir: Path, name: str) -> None:
    picture, landmarks = drawn_face.draw(SIDE, name)
    head = TalkingHead(picture, landmarks)
    mesh = face_mesh.load(models_dir)
    first = mesh.find(picture)[0]
    gaps = []
    for opening in (0, 0.95):
        points = mesh.track(head.frame(Pose(opening, 1, 0, 0, STILL)), first).points[:, :2]
        gaps.append(float(np.linalg.norm(points[13] - points[14])))
    assert gaps[1] > gaps[0] + 0.04 * SIDE


@pytest.mark.parametrize("name", PEOPLE)
def test_rounded_lips_are_narrow_and_not_a_v(name: str) -> None:
    mesh = head_mesh(drawn_face.draw(SIDE, name)[1], (SIDE, SIDE))
    moves = fields(mesh)
    outer = [topology.MOUTH_LEFT, *topology.LOWER_LIP[0], topology.MOUTH_RIGHT]

    def lower_edge(width: float) -> np.ndarray:
        rounding = (1 - width) * moves.local[LOCAL.index("round")]
        return (mesh.points + moves.closing + rounding)[outer]

    rest, rounded = lower_edge(1), lower_edge(0.72)
    assert np.ptp(rounded[:, 0]) < 0.82 * np.ptp(rest[:, 0])
    # Halfway to the corner an ellipse has .87 of its depth, a V has .5.
    depth = np.interp(
        [rounded[0, 0] + share * np.ptp(rounded[:, 0]) for share in (0.25, 0.75)],
        rounded[:, 0],
        (rounded[:, 1] - rounded[[0, -1], 1].mean()) / (rounded[5, 1] - rounded[[0, -1], 1].mean()),
    )
    assert depth.min() > 0.72


@pytest.mark.parametrize("name", PEOPLE)
def test_only_who_wears_glasses_is_seen_with_them(name: str) -> None:
    picture, landmarks = drawn_face.draw(SIDE, name)
    points = landmarks[:, :2]
    worn = {**LOOKS, **TEST_LOOKS}[name].glasses
    assert has_glasses(picture, points, face_frame(points)) == worn


def test_glasses_do_not_bend_on_a_blink() -> None:
    picture, landmarks = drawn_face.draw(SIDE, "elias")
    head = TalkingHead(picture, landmarks)
    away = np.abs(
        head.frame(Pose(0, 1, 1, 0, STILL)).astype(int) - head.frame(Pose(0, 1, 0, 0, STILL))
    ).max(axis=2)
    below = np.round(landmarks[[229, 230, 449, 450], :2]).astype(int)
    assert all(away[y + 1 : y + 12, x - 2 : x + 3].max() < 25 for x, y in below.tolist())
    lid_x, lid_y = np.round(landmarks[topology.LEFT_EYE_UPPER[4], :2]).astype(int).tolist()
    assert away[lid_y : lid_y + 6, lid_x].max() > 60


@pytest.mark.parametrize(("aspect", "shape"), [("9:16", (456, 256)), ("16:9", (256, 456))])
def test_an_avatar_fills_any_shape(workshop: Workshop, aspect: str, shape: tuple[int, int]) -> None:
    params = {"size": 256, "aspect": aspect, "avatar": "amara"}
    outputs = prepare(workshop, params=params)
    picture = cv2.imread(str(workshop.path(outputs["image"])))
    matte = cv2.imread(str(workshop.path(outputs["matte"])), cv2.IMREAD_GRAYSCALE)
    marks = json.loads(workshop.path(outputs["landmarks"]).read_text())
    assert picture is not None and matte is not None
    assert picture.shape[:2] == matte.shape == (marks["height"], marks["width"]) == shape
    assert outputs["matte_by"] == "drawn"
    assert matte[0, 0] == 0 and matte[shape[0] // 2, shape[1] // 2] == 255


def test_drawing_stops_when_canceled(workshop: Workshop) -> None:
    workshop.canceled_by = Canceled("canceled", "not wanted any more")
    with pytest.raises(Canceled):
        prepare(workshop)
