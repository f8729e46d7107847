"""The warp moves what it should, and only that."""

import numpy as np
import pytest

from gpu_node.errors import Canceled
from mediakit.portrait import drawn_face, topology
from mediakit.talking_head.controls import LOCAL, fields
from mediakit.talking_head.face_frame import face_frame
from mediakit.talking_head.head import HEAD, breath, hold_above, lean, turns
from mediakit.talking_head.mesh import head_mesh, spread
from mediakit.talking_head.motion import plan_motion
from mediakit.talking_head.render import Pose, TalkingHead
from mediakit.talking_head.rounding import FULL

STILL = np.zeros(len(HEAD))
SIDE = 256


@pytest.fixture(scope="module")
def head() -> TalkingHead:
    return TalkingHead(*drawn_face.draw(SIDE))


def posed(head: TalkingHead, opening: float = 0, width: float = 1, blink: float = 0) -> np.ndarray:
    return head.frame(Pose(opening, width, blink, 0, STILL)).astype(int)


def test_the_set_up_stops_when_canceled() -> None:
    picture, landmarks, matte = drawn_face.draw_cut_out((SIDE, SIDE), "robin")
    asked: list[int] = []

    def until(steps: int) -> None:
        asked.append(1)
        if len(asked) > steps:
            raise Canceled("canceled", "not wanted any more")

    TalkingHead(picture, landmarks, matte, check_canceled=lambda: until(100))
    steps = len(asked)
    assert steps >= 4
    for step in range(steps):
        asked.clear()
        with pytest.raises(Canceled):
            TalkingHead(picture, landmarks, matte, check_canceled=lambda step=step: until(step))
        assert len(asked) == step + 1


def changed_rows(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.flatnonzero(np.abs(a - b).max(axis=(1, 2)) > 12)


def test_at_rest_it_is_the_portrait(head: TalkingHead) -> None:
    away = np.abs(posed(head) - drawn_face.draw(SIDE)[0].astype(int))
    assert away.mean() < 0.5
    assert np.quantile(away, 0.999) < 40


def test_an_open_mouth_changes_only_the_lower_face(head: TalkingHead) -> None:
    _, points = drawn_face.draw(SIDE)
    rows = changed_rows(posed(head), posed(head, opening=0.8))
    assert rows.min() > points[topology.NOSE_TIP, 1]
    assert rows.max() < SIDE - 40


def test_the_inside_of_the_mouth_is_dark(head: TalkingHead) -> None:
    _, points = drawn_face.draw(SIDE)
    x, y = points[topology.LIP_LOWER_INNER, :2]
    below = np.s_[round(y) + 4 : round(y) + 7, round(x) - 3 : round(x) + 4]
    assert posed(head, opening=1)[below].mean() < 0.6 * posed(head)[below].mean()


def test_a_blink_changes_only_the_eyes(head: TalkingHead) -> None:
    _, points = drawn_face.draw(SIDE)
    rows = changed_rows(posed(head), posed(head, blink=1))
    brows, nose = points[[105, 334], 1].min(), points[topology.NOSE_TIP, 1]
    assert brows - 4 < rows.min() < rows.max() < nose


def test_a_round_mouth_is_narrower(head: TalkingHead) -> None:
    _, points = drawn_face.draw(SIDE)
    x, y = points[topology.MOUTH_LEFT, :2]
    corner = np.s_[round(y) - 2 : round(y) + 3, round(x) : round(x) + 4]
    lips, skin = posed(head)[corner], posed(head, width=0.72)[corner]
    assert skin[..., 1].mean() > lips[..., 1].mean() + 8


def test_the_edge_of_the_picture_never_moves(head: TalkingHead) -> None:
    pose = Pose(0.5, 1, 0, 1, np.array([0.03, 0.03, 0.03, 0.05, 0.05, 0.01, 0.03]))
    away = np.abs(head.frame(pose).astype(int) - drawn_face.draw(SIDE)[0])
    for edge in (away[0], away[-1], away[:, 0], away[:, -1]):
        assert edge.max() <= 3


def test_moves_spread_smoothly_and_keep_the_controls() -> None:
    mesh = head_mesh(drawn_face.draw(SIDE)[1], (SIDE, SIDE))
    controls = np.array([topology.CHIN, topology.NOSE_TIP, *np.flatnonzero(mesh.reach > 1.5)])
    each = np.zeros((len(mesh.points), len(controls)))
    each[controls, np.arange(len(controls))] = 1
    weights = spread(mesh, controls, each)
    assert np.allclose(weights[controls], np.eye(len(controls)))
    # A shift of all controls shifts all points.
    assert np.allclose(weights.sum(axis=1), 1, atol=1e-6)


def test_no_triangle_of_the_lips_turns_over() -> None:
    mesh = head_mesh(drawn_face.draw(SIDE)[1], (SIDE, SIDE))
    moves = fields(mesh)
    lips = np.isin(mesh.triangles, [i for r in topology.UPPER_LIP for i in r]).all(axis=1)

    def doubled_area(points: np.ndarray) -> np.ndarray:
        a, b, c = (points[mesh.triangles[lips, i]] for i in range(3))
        (x1, y1), (x2, y2) = (b - a).T, (c - a).T
        return x1 * y2 - y1 * x2

    rest = doubled_area(mesh.points)
    for opening, rounding in ((1.0, 0.0), (0.4, 0.28), (0.7, 0.15)):
        strengths = dict(open=opening, round=rounding, pucker=opening * rounding / FULL)
        local = np.tensordot([strengths.get(name, 0.0) for name in LOCAL], moves.local, axes=1)
        moved = mesh.points + moves.closing + local
        turned = (np.sign(doubled_area(moved)) != np.sign(rest)) & (np.abs(rest) > 2)
        assert not turned.any()


def test_motion_is_decided_by_its_seed_and_begins_and_ends_at_rest() -> None:
    loud = np.abs(np.sin(np.arange(250) / 7))
    first, again, other = (plan_motion(loud, 25, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.head, again.head)
    assert not np.array_equal(first.head, other.head)
    assert np.abs(first.head[[0, -1]]).max() < 1e-3
    assert np.abs(np.diff(first.head, axis=0)).max() < 0.01
    assert first.blink.max() == 1


def test_a_head_lives_while_it_speaks_and_takes_the_shoulders_along() -> None:
    loud = np.abs(np.sin(np.arange(1500) / 7))
    _, landmarks = drawn_face.draw(SIDE)
    frame = face_frame(landmarks[:, :2])
    nose = landmarks[topology.NOSE_TIP, :2]
    shoulder = frame.mouth + frame.unit * np.array([1.1, 1.5])
    for seed in (1, 2, 3):
        motion = plan_motion(loud, 25, seed)
        turned = np.ptp(motion.head[:, HEAD.index("yaw")])
        assert np.deg2rad(4) < turned < np.deg2rad(12)
        far = {}
        for name, place in (("nose", nose), ("shoulder", shoulder)):
            point = place[None]
            relief = np.array([0.45 * frame.unit if name == "nose" else 0.0])
            each = np.concatenate([
                turns(point, relief, hold_above(point, frame), frame),
                breath(point, frame, SIDE)[None], lean(point, frame)[None],
            ])[:, 0] / frame.unit  # fmt: skip
            lengths = np.where(np.isin(HEAD, ("x", "y", "breath", "lean")), frame.unit, 1.0)
            far[name] = np.ptp((motion.head * lengths) @ each, axis=0)
        # It was .065 eye distances for the nose and nothing aside for the shoulders.
        assert 0.12 < np.linalg.norm(far["nose"]) < 0.35
        assert 0.03 < far["shoulder"][0] < 0.1
        # Calm: never more than a hundredth of the eye distance in a frame.
        assert np.abs(np.diff(motion.head, axis=0)).max() < 0.01
    # Eyes stay with who looks at them.
    assert np.corrcoef(motion.gaze[:, 0], motion.head[:, HEAD.index("yaw")])[0, 1] < -0.3
