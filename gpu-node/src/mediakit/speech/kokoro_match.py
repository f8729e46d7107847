"""Engine `kokoro_match`: a voice that resembles that of a clip. An approximate match, no cloning.

The three of Kokoro's voices that are nearest to the speaker are mixed, and the pitch and the mean
spectrum of the result are moved toward the clip's. What makes a person unmistakable (accent,
rhythm, manner) stays that of the voices.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module  # noqa: TID251
from pathlib import Path
from typing import Any

import numpy as np

from mediakit.arrays import Floats, Samples
from mediakit.speech import kokoro
from mediakit.speech.kokoro_voices import DEFAULT, is_british
from mediakit.speech.match.blend import Blend, distance, nearest_blend
from mediakit.speech.match.clip import read_clip
from mediakit.speech.match.fitness import check
from mediakit.speech.match.packs import voice_prints
from mediakit.speech.match.shift import Shift
from mediakit.speech.match.unfit import unfit
from mediakit.speech.match.voice_print import VoicePrint, print_of
from mediakit.speech.match.world import analyzed
from mediakit.speech.speech import Piece, Speech, never_canceled

_SAMPLE = "The north wind and the sun were arguing about which of them was stronger."
"""Said once by the mixed voice, to hear what it still lacks."""


@dataclass(frozen=True)
class Match:
    """How a voice was made from a clip."""

    blend: Blend
    shift: Shift
    distance_before: float
    """Of the default voice from the speaker; 1 is about the difference of two of the voices."""
    distance_after: float

    def to_json(self) -> dict[str, Any]:
        """For the person who listens: what this voice is, and what it is not."""
        shares = [{"name": name, "share": round(share, 2)} for name, share in self.blend.shares]
        return {
            "approximate_match": True,
            "made_from": shares,
            "pitch_shift_semitones": round(12 * self.shift.octaves, 1),
            "distance_before": round(self.distance_before, 2),
            "distance_after": round(self.distance_after, 2),
        }


class KokoroMatch:
    """Kokoro with a voice that was made from a clip."""

    def __init__(self, voice: kokoro.Kokoro, match: Match) -> None:
        self._voice = voice
        self.match = match

    def pieces(self, text: str) -> list[Piece]:
        return self._voice.pieces(text)

    def say(
        self,
        piece: Piece,
        *,
        speed: float,
        seed: int,
        check_canceled: Callable[[], None] = never_canceled,
    ) -> Speech:
        speech = self._voice.say(piece, speed=speed, seed=seed, check_canceled=check_canceled)
        return replace(speech, samples=self.match.shift.applied(speech.samples, check_canceled))


def load(
    models_dir: Path,
    clip: Path,
    check_canceled: Callable[[], None],
    voices: dict[str, Floats] | None = None,
) -> KokoroMatch:
    """The voice that is nearest to the clip's; `MediaError` for a clip that cannot serve.

    voices: prints of those that may be mixed, all by default.
    """
    sound = read_clip(clip, check_canceled)
    check(sound)
    check_canceled()
    speaker = _print_of(sound, check_canceled)
    known = voice_prints()
    blend = nearest_blend(speaker.vector(), voices or known)
    styles = sum(share * kokoro.styles_of(models_dir, name) for name, share in blend.shares)
    voice = kokoro.Kokoro(models_dir, np.asarray(styles, np.float32), is_british(blend.main))
    sample = _said(voice, check_canceled)
    shift = Shift.between(_print_of(sample, check_canceled), speaker)
    reached = _print_of(shift.applied(sample, check_canceled), check_canceled)
    before = distance(known[DEFAULT], speaker.vector(), known)
    after = distance(reached.vector(), speaker.vector(), known)
    return KokoroMatch(voice, Match(blend, shift, before, after))


def _print_of(sound: Samples, check_canceled: Callable[[], None]) -> VoicePrint:
    found = print_of(analyzed(sound, check_canceled))
    if found is None:
        raise unfit("no voice is heard in the clip", "speech", 0.0, 0.4)
    return found


def _said(voice: kokoro.Kokoro, check_canceled: Callable[[], None]) -> Samples:
    pieces = voice.pieces(_SAMPLE)
    said = (voice.say(p, speed=1.0, seed=0, check_canceled=check_canceled) for p in pieces)
    return np.concatenate([speech.samples for speech in said])


def why_not(models_dir: Path) -> str | None:
    """What it lacks here: it works where Kokoro does and pyworld imports."""
    return kokoro.why_not(models_dir) or _lacks_world()


def _lacks_world() -> str | None:
    """Why WORLD cannot be used: it is built for fewer machines than the rest."""
    try:
        import_module("pyworld")
    except ImportError as cause:
        return f"the Python package pyworld-prebuilt does not import: {cause}"
    return None
