"""Kokoro's voices speak, with phones and words at the moments when they sound."""

from pathlib import Path

import numpy as np
import pytest
from media.conftest import MODELS
from media.film import TEXT
from media.phone_fit import fits
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.engines import table
from gpu_node.errors import EngineUnavailable, UnknownVoice
from gpu_node.handlers.synthesize_speech import synthesize_speech
from mediakit.sound.loudness import PEAK, RATE, loudness_lufs
from mediakit.sound.wav import read_wav
from mediakit.speech import kokoro
from mediakit.speech.kokoro_voices import VOICES

_HERE = table.describe("kokoro", MODELS)
needs_kokoro = pytest.mark.skipif(not _HERE.available, reason=str(_HERE.reason))


def said(workshop: Workshop, text: str, voice: str) -> np.ndarray:
    outputs = synthesize_speech.run(
        models.SynthesizeSpeechParams(),
        models.SynthesizeSpeechInputs(text=text, voice=models.Voice(name=voice)),
        workshop.using("kokoro"),
    )
    return read_wav(workshop.path(outputs["audio"]))[0]


@needs_kokoro
def test_all_english_voices_are_announced_with_language_and_sex() -> None:
    assert [voice["name"] for voice in _HERE.voices or []] == [voice["name"] for voice in VOICES]
    assert len(VOICES) == 28
    assert {(v["language"], v["sex"]) for v in VOICES} == {
        ("en-US", "female"),
        ("en-US", "male"),
        ("en-GB", "female"),
        ("en-GB", "male"),
    }


@needs_kokoro
@pytest.mark.parametrize("voice", ["af_heart", "am_michael", "bf_emma"])
def test_phones_come_when_they_sound(voice: str) -> None:
    engine = kokoro.load(MODELS, voice)
    total: dict[float, float] = {}
    for piece in engine.pieces(TEXT):
        speech = engine.say(piece, speed=1.0, seed=0)
        assert speech.phones[-1].end_s == pytest.approx(speech.duration_s, abs=1e-6)
        for shift, fit in fits(speech.samples, speech.rate, speech.phones).items():
            total[shift] = total.get(shift, 0) + fit
    assert abs(max(total, key=lambda shift: total[shift])) <= 0.02
    assert total[0.0] > total[0.06] + 0.15


@needs_kokoro
def test_the_level_is_that_of_the_contract_and_joins_do_not_click(workshop: Workshop) -> None:
    samples = said(workshop, "One. Two! Three?", "am_puck")
    assert abs(loudness_lufs(samples) + 16) < 0.6
    assert np.abs(samples).max() <= PEAK + 1e-4
    # Pauses are digital silence, so a click would be a step out of or into it.
    silent = np.abs(samples) < 1e-6
    edges = np.flatnonzero(silent[1:] != silent[:-1])
    assert np.abs(np.diff(samples))[edges].max() < 0.01


@needs_kokoro
def test_another_voice_is_another_sound_and_the_same_voice_the_same(workshop: Workshop) -> None:
    first, again = (said(workshop, "Hello.", "bm_george") for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, said(workshop, "Hello.", "bm_lewis"))


@needs_kokoro
def test_words_keep_their_spelling_and_their_times() -> None:
    engine = kokoro.load(MODELS, "af_heart")
    (piece,) = engine.pieces("Dr. Bell paid $5 to J. Smith on May 3.")
    words = engine.say(piece, speed=1.0, seed=0).words
    assert " ".join(word.text for word in words) == "Dr. Bell paid $5 to J. Smith on May 3."
    starts = [word.start_s for word in words]
    assert starts == sorted(starts)
    assert all(word.end_s > word.start_s for word in words)


@needs_kokoro
def test_an_unknown_voice_is_refused_with_the_known_ones(workshop: Workshop) -> None:
    with pytest.raises(UnknownVoice) as caught:
        said(workshop, "Hi.", "heart")
    assert "af_bella" in caught.value.extensions["voices"]


def test_without_its_files_it_says_so(tmp_path: Path, workshop: Workshop) -> None:
    announced = table.describe("kokoro", tmp_path)
    assert not announced.available
    assert "durations.onnx" in str(announced.reason)
    workshop.models_dir = tmp_path
    with pytest.raises(EngineUnavailable):
        said(workshop, "Hi.", "af_heart")


@needs_kokoro
def test_a_long_sentence_is_cut_at_its_commas() -> None:
    engine = kokoro.load(MODELS, "af_heart")
    clause = "we walked along the river until the light was gone"
    pieces = engine.pieces(", ".join([clause] * 8) + ".")
    assert len(pieces) > 1
    assert all(len(piece.spoken) <= 180 for piece in pieces)
    assert all(piece.text.endswith((",", ".")) for piece in pieces)
    assert RATE % kokoro.RATE == 0
