"""The mouth moves with the speech: measured by the face mesh network on decoded frames."""

from pathlib import Path

import numpy as np
import pytest
from media.film import Film
from media.lips import best_lag, correlations, lip_gaps, loudness

SHIFT = 5
"""Frames by which the negative controls are out of step."""


@pytest.fixture(scope="module")
def gaps(film: Film, models_dir: Path) -> np.ndarray:
    return lip_gaps(film.pictures, models_dir)


def in_step_with_plan(gaps: np.ndarray, planned: np.ndarray) -> bool:
    fit = correlations(gaps, planned)
    return best_lag(fit) == 0 and fit[0] >= 0.8


def in_step_with_sound(gaps: np.ndarray, loud: np.ndarray) -> bool:
    fit = correlations(gaps, loud)
    return abs(best_lag(fit)) <= 1 and max(fit.values()) >= 0.3


def test_lips_follow_the_plan_without_delay(film: Film, gaps: np.ndarray) -> None:
    assert in_step_with_plan(gaps, film.planned), correlations(gaps, film.planned)


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
