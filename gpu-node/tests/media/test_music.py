"""The music bed: seeded, without clicks, between the sentences, and out of the way under them."""

import numpy as np
import pytest
from media.film import Film, finish
from media.finished import decoded
from media.workshop import Workshop

from mediakit.arrays import Samples
from mediakit.music import mix
from mediakit.music.bed import music
from mediakit.music.moods import MOODS
from mediakit.sound.loudness import PEAK, TARGET_LUFS, loudness_lufs, normalized

RATE = 48_000


def decibels(sound: Samples) -> float:
    return float(10 * np.log10(np.mean(sound.astype(float) ** 2) + 1e-12))


def speech_with_a_pause() -> Samples:
    """Two seconds of noise in syllables, as much silence, and again."""
    random = np.random.default_rng(3)
    said = random.standard_normal(2 * RATE) * (1 + np.sin(np.arange(2 * RATE) * 26 / RATE))
    parts = [np.zeros(2 * RATE), said, np.zeros(2 * RATE), said, np.zeros(2 * RATE)]
    return normalized(np.concatenate(parts).astype(np.float32))


def music_left(mixed: Samples, speech: Samples) -> Samples:
    """What is not speech: the mix without the speech as loud as it is in it."""
    share = float(mixed @ speech / (speech @ speech))
    return mixed - share * speech


@pytest.mark.parametrize("mood", MOODS)
def test_each_mood_is_music_of_its_own(mood: str) -> None:
    one, other = (music(mood, 4 * RATE, seed) for seed in (1, 2))
    assert not np.allclose(one, other, atol=1e-3)
    assert np.isfinite(one).all() and np.abs(one).max() < 1
    # It fades in and out, and nothing in it jumps as a click would.
    assert np.abs(one[:10]).max() < 1e-3 > np.abs(one[-10:]).max()
    assert np.abs(np.diff(one)).max() < 0.1


def test_the_seed_decides_the_notes() -> None:
    one, again = (music("bright", RATE, 1) for _ in range(2))
    assert np.array_equal(one, again)


def test_moods_differ() -> None:
    def centre(mood: str) -> float:
        power = np.abs(np.fft.rfft(music(mood, 8 * RATE, 0))) ** 2
        return float((np.fft.rfftfreq(8 * RATE, 1 / RATE) * power).sum() / power.sum())

    assert centre("bright") > 1.3 * centre("calm")


def test_the_loop_goes_over_into_itself() -> None:
    long = music("bright", 60 * RATE, 0)
    jumps = np.abs(np.diff(long[RATE : -3 * RATE]))
    assert jumps.max() < 8 * np.percentile(jumps, 99)


def test_it_gives_way_under_speech() -> None:
    speech = speech_with_a_pause()
    bed = music("calm", len(speech), 0)

    def depth(duck_db: float) -> float:
        left = music_left(mix.under_speech(speech, bed, duck_db), speech)
        under = np.concatenate([left[2 * RATE : 4 * RATE], left[6 * RATE : 8 * RATE]])
        return decibels(left[int(4.7 * RATE) : int(5.8 * RATE)]) - decibels(under)

    assert depth(mix.DUCK_DB) > 9
    # The control: music that does not give way fails this.
    assert depth(0) < 3


def test_it_leaves_before_the_first_sound_and_returns_slowly() -> None:
    speech = speech_with_a_pause()
    bed = np.ones_like(speech) * np.tile([1, -1], len(speech) // 2).astype(np.float32)
    left = np.abs(music_left(mix.under_speech(speech, bed), speech))
    quiet, full = left[3 * RATE], left[int(5.7 * RATE)]
    assert quiet < 0.3 * full
    assert left[int(1.99 * RATE)] < 1.3 * quiet
    assert left[int(4.15 * RATE)] < 0.5 * full


def test_a_finished_film_is_as_loud_as_without_music(film: Film, workshop: Workshop) -> None:
    wishes = {"video": workshop.given(film.path, "video/mp4"), "title": "Bread", "end_text": "Bye"}
    plain, scored = (
        decoded(workshop, finish(workshop, {**wishes, "music": mood})).sound
        for mood in ("none", "warm")
    )
    assert loudness_lufs(scored) == pytest.approx(TARGET_LUFS, abs=0.5)
    assert max(np.abs(scored).max(), np.abs(plain).max()) <= PEAK
    card = slice(int(0.7 * RATE), int(2.2 * RATE))
    assert decibels(scored[card]) > -36 and decibels(plain[card]) < -80
    length = min(len(plain), len(scored))
    left = music_left(scored[:length], plain[:length])
    spoken = slice(int(2.8 * RATE), int(4.2 * RATE))
    assert decibels(left[card]) - decibels(left[spoken]) > 6


def test_silence_under_music_is_music() -> None:
    bed = music("warm", 3 * RATE, 0)
    assert loudness_lufs(mix.under_speech(np.zeros_like(bed), bed)) == pytest.approx(-16, abs=0.5)
