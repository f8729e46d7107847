"""The mouth moves with the speech: measured by the face mesh network on decoded frames."""

from pathlib import Path

import numpy as np
import pytest
from media.film import Film
from media.lips import best_lag, correlations, lip_distances, lip_gaps, loudness, nose_path, tracked

from mediakit.talking_head.controls import GAP

SHIFT = 5
"""Frames by which the negative controls are out of step."""
LEAST = 0.0025
"""A third of a pixel in a film of 512: what a head may shake."""


@pytest.fixture(scope="module")
def gaps(film: Film, models_dir: Path) -> np.ndarray:
    return lip_gaps(film.pictures, models_dir)


def follows(distances: np.ndarray, planned: np.ndarray) -> bool:
    fit = correlations(distances, planned)
    return best_lag(fit) == 0 and fit[0] >= 0.95


def in_step_with_plan(gaps: np.ndarray, planned: np.ndarray) -> bool:
    fit = correlations(gaps, planned)
    return best_lag(fit) == 0 and fit[0] >= 0.95


def in_step_with_sound(gaps: np.ndarray, loud: np.ndarray) -> bool:
    fit = correlations(gaps, loud)
    return abs(best_lag(fit)) <= 1 and max(fit.values()) >= 0.3


def test_lips_follow_the_plan_without_delay(film: Film, gaps: np.ndarray) -> None:
    assert in_step_with_plan(gaps, film.planned), correlations(gaps, film.planned)


def test_lips_are_as_far_apart_as_planned(film: Film, models_dir: Path) -> None:
    distances = lip_distances(film.pictures, models_dir)
    assert follows(distances, film.planned), correlations(distances, film.planned)
    # Not only in step: fully open is as wide as the animation says.
    slope = np.polyfit(film.planned, distances, 1)[0]
    assert slope == pytest.approx(GAP, rel=0.15)
    for wrong in (1, -1, SHIFT, -SHIFT):
        assert not follows(distances, np.roll(film.planned, wrong))
    random = np.random.default_rng(0)
    assert not any(follows(distances, random.permutation(film.planned)) for _ in range(20))


def jitter(pictures: list[np.ndarray], models_dir: Path) -> float:
    """How much the head shakes: the 95th percentile of what a smooth path through five frames
    does not explain, in eye distances. The head is found by its nose, which only moves with it.
    """
    first = tracked(pictures[:1], models_dir)[0]
    unit = float(np.linalg.norm(first[33] - first[263]))
    path = nose_path(pictures, first)
    # A parabola through frames -2, -1, 1, 2, read at frame 0.
    smooth = (-path[:-4] + 4 * path[1:-3] + 4 * path[3:-1] - path[4:]) / 6
    return float(np.percentile(np.linalg.norm(path[2:-2] - smooth, axis=1), 95) / unit)


def test_the_head_does_not_shake(film: Film, models_dir: Path) -> None:
    calm = jitter(film.pictures, models_dir)
    assert calm < LEAST
    # At rest, too: half a second before the end nothing is said any more.
    assert jitter(film.pictures[-15:], models_dir) < LEAST
    random = np.random.default_rng(0)
    shaken = [np.roll(p, random.integers(-1, 2, 2), axis=(0, 1)) for p in film.pictures]
    assert jitter(shaken, models_dir) > 2 * LEAST


def test_a_shifted_plan_is_noticed(film: Film, gaps: np.ndarray) -> None:
    assert not in_step_with_plan(gaps, np.roll(film.planned, 1))
    assert not in_step_with_plan(gaps, np.roll(film.planned, SHIFT))


def test_lips_follow_the_sound(film: Film, gaps: np.ndarray) -> None:
    loud = loudness(film.sound, len(gaps))
    assert in_step_with_sound(gaps, loud), correlations(gaps, loud)


def test_shifted_sound_is_noticed(film: Film, gaps: np.ndarray) -> None:
    loud = loudness(film.sound, len(gaps))
    assert not in_step_with_sound(gaps, np.roll(loud, SHIFT))
    assert not in_step_with_sound(gaps, np.roll(loud, -SHIFT))


def test_shuffled_sound_is_noticed(film: Film, gaps: np.ndarray) -> None:
    loud = loudness(film.sound, len(gaps))
    random = np.random.default_rng(0)
    passed = [in_step_with_sound(gaps, random.permutation(loud)) for _ in range(20)]
    assert not any(passed)


def test_the_mouth_closes_in_silence(film: Film, gaps: np.ndarray) -> None:
    # The network sees a small gap even between lips that touch, as in the portrait itself.
    opened = gaps - gaps.min()
    loud = loudness(film.sound, len(gaps))
    quiet = loud <= np.quantile(loud, 0.15)
    assert opened[quiet].mean() <= opened[loud > np.median(loud)].mean() / 4


def test_the_mouth_opens_visibly(gaps: np.ndarray) -> None:
    assert gaps.max() - gaps.min() > 0.2
