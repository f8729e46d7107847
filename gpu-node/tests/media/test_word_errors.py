"""Twenty plain sentences are understood by a recognizer that knows nothing of them.

pocketsphinx 5 with the model, the dictionary and the language model of its package.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from media import recognizer
from media.conftest import MODELS
from media.recognizer import SENTENCES

from gpu_node.engines import table
from mediakit.arrays import Samples
from mediakit.speech import hibari, kokoro
from mediakit.speech.join import trimmed
from mediakit.speech.recognition import heard_words, word_errors, words_of
from mediakit.speech.speech import SpeechEngine, never_canceled

pytestmark = recognizer.needs_recognizer
_KOKORO = table.describe("kokoro", MODELS)


@dataclass
class Heard:
    """One sentence as it was said and as it was heard."""

    wanted: list[str]
    heard: list[str]
    sound: Samples
    rate: int


def said_and_heard(engine: SpeechEngine, sentence: str) -> Heard:
    said = [
        trimmed(engine.say(piece, speed=1.0, seed=0, check_canceled=never_canceled))
        for piece in engine.pieces(sentence)
    ]
    sound, rate = np.concatenate([speech.samples for speech in said]), said[0].rate
    return Heard(words_of(sentence), heard_words(sound, rate), sound, rate)


def rate_of(pairs: list[tuple[list[str], list[str]]]) -> float:
    """Word error rate of all (wanted, heard) together."""
    wrong = sum(word_errors(wanted, heard) for wanted, heard in pairs)
    return wrong / sum(len(wanted) for wanted, _ in pairs)


@pytest.fixture(scope="module")
def hibari_tests() -> list[Heard]:
    engine = hibari.load()
    return [said_and_heard(engine, sentence) for sentence in SENTENCES]


def test_hibari_is_understood(hibari_tests: list[Heard]) -> None:
    assert rate_of([(t.wanted, t.heard) for t in hibari_tests]) <= 0.06


@pytest.mark.skipif(not _KOKORO.available, reason=str(_KOKORO.reason))
def test_kokoro_is_understood() -> None:
    engine = kokoro.load(MODELS, "af_heart")
    tests = [said_and_heard(engine, sentence) for sentence in SENTENCES]
    assert rate_of([(t.wanted, t.heard) for t in tests]) <= 0.08


def test_other_words_or_shuffled_sound_are_not(hibari_tests: list[Heard]) -> None:
    heard = [test.heard for test in hibari_tests]
    assert rate_of([(t.wanted, h) for t, h in zip(hibari_tests, heard[1:], strict=False)]) > 0.7
    shuffled = [(t.wanted, heard_words(_shuffled(t), t.rate)) for t in hibari_tests[:5]]
    assert rate_of(shuffled) > 0.5


def _shuffled(test: Heard) -> Samples:
    """The same sound in another order of its tenths of a second."""
    parts = np.array_split(test.sound, round(10 * len(test.sound) / test.rate))
    return np.concatenate([parts[i] for i in np.random.default_rng(0).permutation(len(parts))])
