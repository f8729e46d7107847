"""With a matte the background stands still and whole; without one it may follow the head."""

import cv2
import numpy as np
import pytest

from mediakit.picture.take_apart import take_apart
from mediakit.portrait import drawn_face
from mediakit.talking_head.head import HEAD
from mediakit.talking_head.render import Pose, TalkingHead

SIZE = (256, 256)
SWAY = np.array([0.03, 0.02, 0.02, 0.04, 0.03, 0.01])


@pytest.fixture(scope="module")
def cut_out() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A portrait before a wall with a pattern, so that any motion of the wall is seen."""
    picture, landmarks, matte = drawn_face.draw_cut_out(SIZE, "robin")
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    wall = np.where((x // 8 + y // 8) % 2, 200, 80).astype(np.uint8)[..., None].repeat(3, axis=2)
    share = matte[..., None]
    return (picture * share + wall * (1 - share)).astype(np.uint8), landmarks, matte


def moved(head: TalkingHead, sway: np.ndarray) -> np.ndarray:
    return head.frame(Pose(0.4, 1, 0, 0.5, sway)).astype(int)


def far_from_the_person(matte: np.ndarray) -> np.ndarray:
    """Where the person never comes, with room for the few pixels that it moves."""
    free = take_apart(np.zeros((*SIZE, 3), np.uint8), matte).matte == 0
    return cv2.erode(free.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0


def test_the_background_stands_still_while_the_head_moves(
    cut_out: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    portrait, landmarks, matte = cut_out
    head = TalkingHead(portrait, landmarks, matte)
    wall = far_from_the_person(matte)
    assert wall.mean() > 0.25
    assert np.abs(moved(head, SWAY) - portrait)[wall].max() <= 1
    inside = matte > 0.99
    assert np.abs(moved(head, SWAY) - moved(head, np.zeros(len(HEAD))))[inside].mean() > 1


def test_without_a_matte_it_would_not(
    cut_out: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    portrait, landmarks, matte = cut_out
    away = np.abs(moved(TalkingHead(portrait, landmarks), SWAY) - portrait)
    assert away[far_from_the_person(matte)].max() > 30


def test_at_rest_it_is_the_portrait(
    cut_out: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    portrait, landmarks, matte = cut_out
    head = TalkingHead(portrait, landmarks, matte)
    away = np.abs(head.frame(Pose(0, 1, 0, 0, np.zeros(len(HEAD)))).astype(int) - portrait)
    assert away.mean() < 0.3


def test_nothing_of_the_person_is_left_behind(
    cut_out: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    portrait, _, matte = cut_out
    background = take_apart(portrait, matte).background.astype(int)
    skin = portrait[130, 128].astype(int)
    assert np.abs(background[matte > 0.9] - skin).sum(axis=1).min() > 30


def test_breath_moves_shoulders_and_not_the_wall(
    cut_out: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    portrait, landmarks, matte = cut_out
    head = TalkingHead(portrait, landmarks, matte)
    breath = np.zeros(len(HEAD))
    breath[HEAD.index("breath")] = 0.03
    away = np.abs(moved(head, breath) - moved(head, np.zeros(len(HEAD)))).max(axis=2)
    assert away[far_from_the_person(matte)].max() <= 1
    assert away[200:240].max() > 20
