"""Engine `hibari`: a small neural voice; the network's own durations are the phone times."""

import importlib.util
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np

from mediakit.model_files import checked_in_package
from mediakit.networks import network_of
from mediakit.speech import interruptible
from mediakit.speech.durations import times_of
from mediakit.speech.phonemes import phonemizer
from mediakit.speech.speech import Piece, Speech, Voice, never_canceled

_DURATIONS = "/Clip_output_0"
"""The inner tensor that holds how long each symbol lasts."""
_LATE_S = 0.06
"""The sound comes earlier than the durations say: measured by shifting expected against heard
loudness, the same at all speeds (correlation .64 there, .32 without)."""
_MOST_SYMBOLS = 300

VOICE = "heart"
"""The voice inside the package; the others would be downloaded when first used."""
VOICES: list[Voice] = [{"name": VOICE, "language": "en-US", "sex": "female"}]


class Hibari:
    """The voice with its text-to-phonemes; loading takes about half a second."""

    def __init__(self) -> None:
        import hibari.voices
        from hibari import Hibari as Network

        from mediakit.speech.onnx_outputs import with_output

        path = Path(hibari.voices.voice_path(VOICE))
        model = checked_in_package("hibari-tts", path).read_bytes()
        # One thread: the same sound on every machine, and the other core stays free.
        self._network = Network(VOICE, model=with_output(model, _DURATIONS), threads=1)
        self._phonemizer = phonemizer(british=False)

    def pieces(self, text: str) -> list[Piece]:
        return self._phonemizer.pieces(text, _MOST_SYMBOLS)

    def say(
        self,
        piece: Piece,
        *,
        speed: float,
        seed: int,
        check_canceled: Callable[[], None] = never_canceled,
    ) -> Speech:
        from hibari import dsp

        feeds = {
            "ids": np.asarray([self._phonemizer.numbers(piece.spoken)], np.int64),
            "speed": np.asarray([speed], np.float32),
        }
        outputs = interruptible.run(self._network.sess, feeds, check_canceled)
        *spectra, ticks = [np.asarray(output) for output in outputs]
        lh, th, ln, lr, phi, f0 = (spectrum[0] for spectrum in spectra)
        samples = dsp.synth(lh, th, ln, lr, phi, f0, np.random.default_rng(seed))
        times = times_of(piece, ticks.reshape(-1), _LATE_S)
        return Speech(samples, dsp.SR, times.phones, times.words, piece.pause_s)


@lru_cache(maxsize=1)
@network_of("hibari")
def load() -> Hibari:
    """The voice, loaded once per process."""
    return Hibari()


def why_not() -> str | None:
    """What it lacks here."""
    if importlib.util.find_spec("hibari") is None:
        return "the Python package hibari-tts is not installed"
    return None
