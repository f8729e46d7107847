"""Engine `pocketsphinx`: judges a take by the words that a recognizer understands, too."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.arrays import Samples
from mediakit.speech import recognition

_MOST_S = 60
"""Of a longer take nothing is recognized: it takes about as long as to hear it."""


def describe(models_dir: Path | None) -> Engine:
    """It needs its package, which not every machine has."""
    del models_dir
    reason = recognition.why_not()
    return Engine(
        name="pocketsphinx",
        available=reason is None,
        reason=reason,
        models=["pocketsphinx en-us"],
        license="BSD-2-Clause",
    )


class Recognizer:
    """It knows no word of the text beforehand."""

    def wrong_words(self, samples: Samples, rate: int, text: str) -> float | None:
        """Share of the text's words that were not understood, 1 at most; None for a long take."""
        wanted = recognition.words_of(text)
        if not wanted or len(samples) > _MOST_S * rate:
            return None
        heard = recognition.heard_words(samples, rate)
        return min(1.0, recognition.word_errors(wanted, heard) / len(wanted))


def load() -> Recognizer:
    """To be asked per take."""
    return Recognizer()
