"""Writes a short sample of each voice that is here.

usage: python voice_samples.py MODELS_DIR FOLDER
"""

import sys
from pathlib import Path

from gpu_node.engines.speech import flite, hibari, kokoro
from gpu_node.engines.speech.join import joined, trimmed
from gpu_node.engines.speech.loudness import RATE, normalized
from gpu_node.engines.speech.speech import SpeechEngine
from gpu_node.engines.speech.wav import write_wav

_TEXT = "Hello, this is how I sound. On May 5, at 7:30, I will read your words aloud."


def main(models_dir: Path, folder: Path) -> None:
    """One WAV file per voice, named after engine and voice."""
    folder.mkdir(parents=True, exist_ok=True)
    for engine in (kokoro.describe(models_dir), hibari.describe(), flite.describe()):
        for voice in (engine.voices or []) if engine.available else []:
            path = folder / f"{engine.name}-{voice['name']}.wav"
            spoken = _load(engine.name, models_dir, voice["name"])
            pieces = (trimmed(spoken.say(p, speed=1.0, seed=0)) for p in spoken.pieces(_TEXT))
            write_wav(path, normalized(joined(pieces, RATE).samples), RATE)
            print(f"{path}  {voice['language']}  {voice['sex']}")


def _load(engine: str, models_dir: Path, voice: str) -> SpeechEngine:
    if engine == "kokoro":
        return kokoro.load(models_dir, voice)
    return hibari.load() if engine == "hibari" else flite.load(voice)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
