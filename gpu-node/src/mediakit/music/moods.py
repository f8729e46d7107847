"""What the music of each mood is made of, as data."""

from dataclasses import dataclass

Chord = tuple[int, ...]
"""Notes as MIDI numbers, the bass first."""


@dataclass(frozen=True)
class Mood:
    """Chords of four beats each, and how they are played."""

    beats_per_minute: float
    chords: tuple[Chord, ...]
    pattern: tuple[int, ...]
    """Which note of the chord each eighth plucks, counted above the bass; -1 rests."""
    octave: int
    """Semitones that plucked notes lie above the chord's."""
    bright: float
    """0..1: how many overtones."""
    pad: float
    """Loudness of the held chord beside the plucked notes."""
    pluck: float


MOODS: dict[str, Mood] = {
    "calm": Mood(
        beats_per_minute=66,
        chords=(
            (41, 60, 64, 67, 72),
            (45, 60, 64, 67, 71),
            (38, 60, 65, 69, 72),
            (46, 58, 62, 65, 69),
        ),
        pattern=(0, -1, 2, -1, 3, -1, 1, -1),
        octave=12,
        bright=0.25,
        pad=1.0,
        pluck=0.45,
    ),
    "warm": Mood(
        beats_per_minute=80,
        chords=(
            (36, 60, 64, 67, 71),
            (45, 60, 64, 67, 72),
            (41, 57, 60, 64, 69),
            (43, 59, 62, 65, 69),
        ),
        pattern=(0, 2, 1, 3, 2, 1, 3, -1),
        octave=0,
        bright=0.4,
        pad=0.7,
        pluck=0.8,
    ),
    "bright": Mood(
        beats_per_minute=104,
        chords=(
            (38, 62, 66, 69, 74),
            (45, 61, 64, 69, 73),
            (47, 62, 66, 71, 74),
            (43, 59, 62, 67, 74),
        ),
        pattern=(0, 1, 2, 3, 1, 2, 3, 2),
        octave=12,
        bright=0.7,
        pad=0.45,
        pluck=1.0,
    ),
}  # fmt: skip
