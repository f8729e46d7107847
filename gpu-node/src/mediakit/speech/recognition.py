"""What a recognizer that knows nothing of the text understands, where one is installed."""

import re
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from scipy.signal import resample_poly

from mediakit.arrays import Samples
from mediakit.networks import network_of

RATE = 16_000
"""What pocketsphinx's model was trained with."""


def why_not() -> str | None:
    """Why there is none, or None if there is one."""
    if find_spec("pocketsphinx"):
        return None
    return "the Python package pocketsphinx is not installed"


@lru_cache(maxsize=1)
@network_of("pocketsphinx")
def _decoder() -> Any:
    import pocketsphinx

    # The package's own model, dictionary and language model: none is made for our sentences.
    return pocketsphinx.Decoder(loglevel="FATAL")


def heard_words(samples: Samples, rate: int) -> list[str]:
    """Its words; `why_not` must have said None."""
    silence = np.zeros(RATE // 5, np.float32)
    sound = np.concatenate([silence, resample_poly(samples, RATE, rate), silence])
    level = 0.1 / max(float(np.sqrt((sound**2).mean())), 1e-6)
    pcm = np.round(np.clip(sound * level, -1, 1) * 32_767).astype("<i2")
    decoder = _decoder()
    decoder.start_utt()
    decoder.process_raw(pcm.tobytes(), no_search=False, full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    return words_of(hypothesis.hypstr) if hypothesis else []


def words_of(text: str) -> list[str]:
    """The words without case and punctuation."""
    return re.findall(r"[a-z']+", text.casefold())


def word_errors(wanted: list[str], heard: list[str]) -> int:
    """Words to insert, delete or replace (edit distance)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
