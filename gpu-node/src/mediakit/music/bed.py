"""Plays a mood: held chords, plucked notes, a bass and a room."""

import numpy as np
from numpy.random import Generator
from scipy.signal import butter, fftconvolve, sosfiltfilt

from mediakit.arrays import Floats, Samples
from mediakit.music.moods import MOODS, Chord, Mood

RATE = 48_000
_BEATS = 4
_ROUNDS = 2
"""How often the chords are played, a little differently, before all begins again."""
_ROOM_S = 1.6
_WET = 0.32
_LEVEL = 0.1
"""RMS of what comes out."""


def music(mood: str, length: int, seed: int) -> Samples:
    """`length` samples at 48 kHz of the mood's music, fading in and out; the same seed, the same
    notes.
    """
    loop = _loop(MOODS[mood], np.random.default_rng(seed))
    bed = np.resize(loop, length)
    rise, fall = min(length // 3, RATE), min(length // 3, 2 * RATE)
    if length > 2:
        bed[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise)) ** 2
        bed[length - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return bed.astype(np.float32)


def _loop(mood: Mood, random: Generator) -> Floats:
    """Music whose end goes over into its beginning."""
    beat = 60 / mood.beats_per_minute
    per_chord = round(_BEATS * beat * RATE)
    chords = mood.chords * _ROUNDS
    pads = {chord: _pad(chord[1:], per_chord, mood.bright) for chord in mood.chords}
    dry = np.zeros(per_chord * len(chords))
    for number, chord in enumerate(chords):
        start = number * per_chord
        _add(dry, start, mood.pad * pads[chord])
        _add(dry, start, 0.5 * _pluck(chord[0], 3.6 * beat, 0.1))
        for eighth, step in enumerate(mood.pattern):
            # Left out and leant on at random: a player, not a clock.
            if step < 0 or (eighth and random.random() < 0.12):
                continue
            at = start + round((eighth * beat / 2 + random.uniform(0, 0.012)) * RATE)
            strength = mood.pluck * random.uniform(0.65, 1) * (1.15 if eighth == 0 else 1)
            note = chord[1 + step % (len(chord) - 1)] + mood.octave
            _add(dry, at, strength * 0.4 * _pluck(note, 1.8, mood.bright))
    wet = _in_a_room(dry, random)
    soft = sosfiltfilt(butter(2, 5200, fs=RATE, output="sos"), dry + _WET * wet)
    return soft * (_LEVEL / np.sqrt(np.mean(soft**2)))


def _add(loop: Floats, at: int, sound: Floats) -> None:
    """Add a sound; what passes the end comes in at the beginning."""
    first = sound[: len(loop) - at]
    loop[at : at + len(first)] += first
    rest = sound[len(first) :]
    loop[: len(rest)] += rest


def _pad(notes: Chord, length: int, bright: float) -> Floats:
    """A chord that swells and goes over into the next one."""
    over = RATE // 2
    t = np.arange(length + over) / RATE
    total = np.zeros(len(t))
    for number, note in enumerate(notes):
        # Two voices a little out of tune beat slowly, as strings do.
        for cents in (-4.0, 4.5):
            pitch = _hertz(note) * 2 ** (cents / 1200)
            for harmonic in range(1, 6):
                strength = (0.25 + 0.4 * bright) ** (harmonic - 1) / harmonic
                total += strength * np.sin(2 * np.pi * harmonic * pitch * t + number + harmonic)
    envelope = np.clip(t / 0.5, 0, 1) * np.clip((t[-1] - t) / 0.5, 0, 1)
    swell = 0.85 + 0.15 * np.sin(np.pi * t / t[-1])
    return total * np.sin(envelope * np.pi / 2) ** 2 * swell * (0.06 / len(notes))


def _pluck(note: int, length_s: float, bright: float) -> Floats:
    """A struck note: overtones die sooner than the tone itself."""
    t = np.arange(round(length_s * RATE)) / RATE
    pitch = _hertz(note)
    total = np.zeros(len(t))
    for harmonic in range(1, 7):
        # Strings are stiff: their overtones lie a little high.
        tone = harmonic * pitch * (1 + 0.0004 * harmonic**2)
        strength = (0.18 + 0.45 * bright) ** (harmonic - 1)
        total += strength * np.exp(-t * (1.6 + 1.9 * harmonic)) * np.sin(2 * np.pi * tone * t)
    ends = np.clip(t / 0.006, 0, 1) * np.clip((t[-1] - t) / 0.05, 0, 1)
    return total * ends * 0.16


def _in_a_room(dry: Floats, random: Generator) -> Floats:
    """Reverberation of a loop, itself a loop."""
    t = np.arange(round(_ROOM_S * RATE)) / RATE
    room = random.standard_normal(len(t)) * np.exp(-t * 4.2) * np.clip(t / 0.02, 0, 1)
    room = sosfiltfilt(butter(1, [180, 3200], "bandpass", fs=RATE, output="sos"), room)
    long = fftconvolve(dry, room / np.sqrt((room**2).sum()))
    wet = long[: len(dry)].copy()
    wet[: len(long) - len(dry)] += long[len(dry) :]
    return wet


def _hertz(note: int) -> float:
    return 440 * 2 ** ((note - 69) / 12)
