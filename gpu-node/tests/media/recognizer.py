"""How many words of speech a recognizer that knows nothing of them gets wrong."""

import re
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from scipy.signal import resample_poly

from mediakit.arrays import Samples

RATE = 16_000
"""What pocketsphinx's model was trained with."""
SENTENCES = (
    "The children played in the garden after school.",
    "She opened the window and looked at the sea.",
    "We need three more chairs for the table.",
    "He told me that the train was late again.",
    "The water in the river is very cold today.",
    "My brother works in a small hospital.",
    "They have lived in this city for ten years.",
    "Please put the book back on the shelf.",
    "The doctor said that I should drink more water.",
    "It will probably rain in the afternoon.",
    "I bought some bread and a bottle of milk.",
    "The old man walked slowly down the street.",
    "Nobody knows what happened to the money.",
    "The teacher wrote a long letter to the parents.",
    "You can see the mountains from our house.",
    "He has been waiting for more than an hour.",
    "The company will open a new office next year.",
    "Her daughter wants to study music in London.",
    "We watched the news on television last night.",
    "The answer to this question is not easy.",
)

needs_recognizer = pytest.mark.skipif(
    find_spec("pocketsphinx") is None, reason="pocketsphinx has no wheel for this machine"
)


@lru_cache(maxsize=1)
def _decoder() -> Any:
    import pocketsphinx

    # The package's own model, dictionary and language model: none is made for our sentences.
    return pocketsphinx.Decoder(loglevel="FATAL")


def heard_words(samples: Samples, rate: int) -> list[str]:
    """What the recognizer understands."""
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


def errors(wanted: list[str], heard: list[str]) -> int:
    """Words to insert, delete or replace (edit distance)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1]
