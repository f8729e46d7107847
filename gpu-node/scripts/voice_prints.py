"""Measures how each Kokoro voice sounds, for the engine that looks for voices like a clip.

usage: python voice_prints.py MODELS_DIR

Writes engines/speech/match/voices.json; `npm run format` then gives it its form. To be run again
when the voices, or what is measured of them, change.
"""

import json
import sys
from pathlib import Path

import numpy as np

from mediakit.speech import kokoro
from mediakit.speech.kokoro_voices import VOICES
from mediakit.speech.match import packs
from mediakit.speech.match.voice_print import print_of
from mediakit.speech.match.world import analyzed
from mediakit.speech.speech import never_canceled

_TEXT = (
    "The north wind and the sun were arguing about which of them was stronger, when a traveler "
    "came along in a warm cloak. They agreed that whoever made him take it off first would win. "
    "Then the wind blew as hard as it could, but the more it blew, the closer he held his cloak."
)
"""Long enough for every voice to use all its sounds."""


def main(models_dir: Path) -> None:
    """One row of numbers per voice."""
    rows: dict[str, list[float]] = {}
    for voice in VOICES:
        engine = kokoro.load(models_dir, voice["name"])
        said = [
            engine.say(piece, speed=1.0, seed=0, check_canceled=never_canceled)
            for piece in engine.pieces(_TEXT)
        ]
        sound = np.concatenate([speech.samples for speech in said])
        measured = print_of(analyzed(sound, never_canceled))
        assert measured is not None
        rows[voice["name"]] = [round(float(number), 3) for number in measured.vector()]
        print(voice["name"], round(2**measured.pitch), "Hz")
    packs.FILE.write_text(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
