"""Engine `hibari`: a small neural voice; the network's own durations are the phone times."""

import importlib.util
from functools import lru_cache
from pathlib import Path

import numpy as np

from gpu_node.engines.arrays import Floats
from gpu_node.engines.engine import Engine, Voice
from gpu_node.engines.speech.misaki import ARPABET, LENGTH, MARKS
from gpu_node.engines.speech.speech import SILENCE, Phone, Speech

_DURATIONS = "/Clip_output_0"
"""The inner tensor that holds how long each symbol lasts."""
_TICK_S = 600 / 24_000
"""One unit of that tensor: 600 samples at 24 kHz."""
_LATE_S = 0.06
"""The sound comes earlier than the durations say: measured by shifting expected against heard
loudness, the same at all speeds (correlation .64 there, .32 without)."""
_WORD_GAP_S = 0.11
"""A shorter blank, with or without a comma, is the passage between two words, not a pause."""

VOICE = "heart"
"""The voice inside the package; the others would be downloaded when first used."""


class Hibari:
    """The voice with its text-to-phonemes; loading takes about half a second."""

    def __init__(self) -> None:
        import hibari.voices
        from hibari import Hibari as Network

        from gpu_node.engines.speech.onnx_outputs import with_output

        model = Path(hibari.voices.voice_path(VOICE)).read_bytes()
        # One thread: the same sound on every machine, and the other core stays free.
        self._network = Network(VOICE, model=with_output(model, _DURATIONS), threads=1)

    def pieces(self, text: str) -> list[str]:
        phonemes = self._network.phonemize(text)
        return [piece for piece in phonemes if any(symbol in ARPABET for symbol in piece)]

    def say(self, piece: str, *, speed: float, seed: int) -> Speech:
        from hibari import dsp

        symbols = [symbol for symbol in piece if symbol in self._network.vocab]
        feeds = {
            "ids": np.asarray([self._network.ids(piece)], np.int64),
            "speed": np.asarray([speed], np.float32),
        }
        *spectra, ticks = [np.asarray(output) for output in self._network.sess.run(None, feeds)]
        lh, th, ln, lr, phi, f0 = (spectrum[0] for spectrum in spectra)
        samples = dsp.synth(lh, th, ln, lr, phi, f0, np.random.default_rng(seed))
        return Speech(samples, dsp.SR, _phones(symbols, ticks.reshape(-1)))


def _phones(symbols: list[str], ticks: Floats) -> list[Phone]:
    """Give each symbol its time. The network sets a silent mark before and after the symbols."""
    ends = np.cumsum(ticks) * _TICK_S
    ends[:-1] = np.maximum(ends[:-1] - _LATE_S, _TICK_S)
    phones: list[Phone] = []
    start = 0.0
    for symbol, end in zip([" ", *symbols, " "], ends.tolist(), strict=True):
        if symbol in MARKS:
            continue
        phone = ARPABET[symbol][0] if symbol in ARPABET else SILENCE
        goes_on = symbol == LENGTH or phone == SILENCE == (phones[-1].phone if phones else "")
        if goes_on:
            phones[-1] = Phone(phones[-1].phone, phones[-1].start_s, end)
        else:
            phones.append(Phone(phone, start, end))
        start = end
    return _without_word_gaps(phones)


def _without_word_gaps(phones: list[Phone]) -> list[Phone]:
    """Blanks too short for a pause belong to the phone before."""
    kept: list[Phone] = []
    for phone in phones:
        if kept and phone.phone == SILENCE and phone.end_s - phone.start_s < _WORD_GAP_S:
            kept[-1] = Phone(kept[-1].phone, kept[-1].start_s, phone.end_s)
        else:
            kept.append(phone)
    return kept


@lru_cache(maxsize=1)
def load() -> Hibari:
    """The voice, loaded once per process."""
    return Hibari()


def describe() -> Engine:
    """Announce the engine."""
    installed = importlib.util.find_spec("hibari") is not None
    voices: list[Voice] = [{"name": VOICE, "language": "en-US", "sex": "female"}]
    return Engine(
        name="hibari",
        available=installed,
        reason=None if installed else "the Python package hibari-tts is not installed",
        voices=voices,
        models=["hibari-tts 0.2.1, voice heart (int8)"],
        license="Apache-2.0",
    )
