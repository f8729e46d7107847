"""Every face moves as a whole: no point is thrown out of it, no triangle turns over."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from mediakit.portrait import drawn_face, face_mesh, topology
from mediakit.portrait.drawn_look import LOOKS, TEST_LOOKS
from mediakit.talking_head import controls
from mediakit.talking_head.controls import GAP, LOCAL, fields
from mediakit.talking_head.face_frame import face_frame
from mediakit.talking_head.mesh import HeadMesh, head_mesh, spread
from mediakit.talking_head.soundness import overshoots, torn

SIDE = 256
FACES = [*LOOKS, *TEST_LOOKS]
COPIES = 30


@lru_cache
def seen(models_dir: Path, name: str) -> np.ndarray:
    """Points as the network sees them: nowhere as regular as they are drawn."""
    return face_mesh.load(models_dir).find(drawn_face.draw(SIDE, name)[0])[0].points


def furthest(mesh: HeadMesh) -> float:
    """How far any point goes when the mouth is wide open, in gaps of it."""
    opened = fields(mesh).local[LOCAL.index("open")]
    return float(np.linalg.norm(opened, axis=1).max() / (GAP * face_frame(mesh.points).unit))


@pytest.mark.parametrize("name", FACES)
def test_no_point_is_thrown_out_of_a_face_or_of_its_neighbors(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ways: list[bool] = []

    def watched(mesh: HeadMesh, at: np.ndarray, asked: np.ndarray, *, stiff: bool) -> np.ndarray:
        ways.append(stiff)
        return spread(mesh, at, asked, stiff=stiff)

    monkeypatch.setattr(controls, "spread", watched)
    random = np.random.default_rng(0)
    for _ in range(COPIES):
        near = seen(models_dir, name).copy()
        near[:, :2] += random.normal(0, 0.3, (topology.COUNT, 2))
        assert furthest(head_mesh(near, (SIDE, SIDE))) < 0.9
    assert ways == [True] * COPIES, "the first way was good enough"


@pytest.mark.parametrize("name", FACES)
def test_no_mouth_and_no_lid_tears_the_mesh(models_dir: Path, name: str) -> None:
    mesh = head_mesh(seen(models_dir, name), (SIDE, SIDE))
    moves = fields(mesh)
    wide = moves.closing + moves.local[LOCAL.index("open")]
    blink = moves.closing + moves.local[LOCAL.index("blink")]
    assert not torn(mesh, [moves.closing, wide, blink], face_frame(mesh.points).unit)


def test_a_tear_and_a_point_that_flies_are_noticed() -> None:
    mesh = head_mesh(drawn_face.draw(SIDE)[1], (SIDE, SIDE))
    unit = face_frame(mesh.points).unit
    thrown = np.zeros_like(mesh.points)
    thrown[50] = (0, unit)
    assert torn(mesh, [thrown], unit)
    assert overshoots([thrown], np.array([topology.CHIN]), unit)
    assert not torn(mesh, [np.zeros_like(thrown)], unit)


def test_where_a_bent_plate_tears_the_face_moves_like_a_stretched_skin(
    models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh = head_mesh(seen(models_dir, "robin"), (SIDE, SIDE))

    def shattered(mesh: HeadMesh, at: np.ndarray, asked: np.ndarray, *, stiff: bool) -> np.ndarray:
        moves = spread(mesh, at, asked, stiff=stiff)
        if stiff:
            moves[50] *= 100
        return moves

    monkeypatch.setattr(controls, "spread", shattered)
    assert furthest(mesh) < 0.9
    ends = np.flatnonzero(mesh.reach > 1.5)
    asked = np.random.default_rng(0).uniform(0, 1, (len(mesh.points), 5))
    skin = spread(mesh, ends, asked, stiff=False)
    assert skin.min() >= 0 and skin.max() <= 1
