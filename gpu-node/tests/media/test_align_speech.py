"""The planned mouth follows the phones, or, named as such, the loudness."""

import json

import numpy as np
from media.film import Film, align, speak
from media.workshop import Workshop

from mediakit.alignment import energy, phones
from mediakit.alignment.track import FPS, frame_count
from mediakit.alignment.visemes import CLOSED, VISEMES
from mediakit.speech.misaki import ARPABET
from mediakit.speech.speech import Phone

RATE = 48_000


def tone(length_s: float) -> np.ndarray:
    return (0.3 * np.sin(np.arange(int(length_s * RATE)) * 0.02)).astype(np.float32)


def test_every_phone_of_the_voices_has_a_viseme() -> None:
    assert {phone for spelled in ARPABET.values() for phone in spelled} <= set(VISEMES)


def test_frames_cover_the_sound() -> None:
    assert [frame_count(s) for s in (0.001, 0.04, 0.04 + 1e-9, 0.041, 1.0, 11.28)] == [
        1, 1, 1, 2, 25, 282,
    ]  # fmt: skip


def test_lips_meet_for_closed_phones() -> None:
    for closed in CLOSED:
        spoken = [Phone("aa", 0, 0.4), Phone(closed, 0.4, 0.46), Phone("aa", 0.46, 1.0)]
        track = phones.plan(tone(1.0), RATE, spoken)
        assert track.open[8:14].min() < 0.08, closed
        assert track.open[4:8].max() > 0.5 < track.open[15:22].max()


def test_round_vowels_are_narrow_and_spread_ones_wide() -> None:
    narrow = phones.plan(tone(0.6), RATE, [Phone("uw", 0, 0.6)]).width.min()
    wide = phones.plan(tone(0.6), RATE, [Phone("iy", 0, 0.6)]).width.max()
    assert narrow < 0.8 < 1.08 < wide


def test_nothing_opens_in_silence() -> None:
    sound = np.concatenate([tone(0.5), np.zeros(RATE // 2, np.float32)])
    track = phones.plan(sound, RATE, [Phone("aa", 0, 1.0)])
    assert track.open[15:].max() < 0.05 < 0.5 < track.open[:10].max()


def test_the_film_is_planned_by_phones(film: Film) -> None:
    assert film.planned.max() > 0.6
    assert film.planned[0] == film.planned[-1] == 0


def test_without_phones_the_track_says_energy(workshop: Workshop) -> None:
    audio = speak(workshop)["audio"]
    outputs = align(workshop, audio=audio)
    track = json.loads(workshop.path(outputs["track"]).read_text())
    assert outputs["method"] == track["method"] == "energy"
    assert any("loudness alone" in line for line in workshop.lines)
    assert outputs["track"]["meta"] == {"fps": FPS, "frames": len(track["frames"])}


def test_energy_follows_the_loudness() -> None:
    sound = np.concatenate([tone(0.6), np.zeros(RATE, np.float32), tone(0.6)])
    opening = energy.plan(sound, RATE).open
    assert opening[3:12].min() > 0.3
    assert opening[18:38].max() < 0.05
