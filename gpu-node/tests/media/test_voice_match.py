"""A voice made from a clip resembles the speaker, and stays a voice that can be understood.

The speakers are Kokoro voices that the engine may not mix (leave one out), and what is compared is
another text than the clip's.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from media import recognizer
from media.clips import TEXT, written
from media.conftest import MODELS
from media.speakers import speaker_distance
from media.workshop import Workshop

from gpu_node.contracts import models
from gpu_node.engines import table
from gpu_node.errors import EngineUnavailable, PermanentError
from gpu_node.handlers.synthesize_speech import synthesize_speech
from mediakit.arrays import Samples
from mediakit.sound.loudness import PEAK, loudness_lufs
from mediakit.sound.wav import read_wav
from mediakit.speech import kokoro, kokoro_match
from mediakit.speech.kokoro_voices import DEFAULT
from mediakit.speech.match.packs import voice_prints
from mediakit.speech.recognition import heard_words, word_errors, words_of
from mediakit.speech.speech import SpeechEngine, never_canceled

_HERE = table.describe("kokoro_match", MODELS)
pytestmark = pytest.mark.skipif(not _HERE.available, reason=str(_HERE.reason))
SPEAKER, SOMEBODY_ELSE = "af_nova", "bf_lily"
OTHER_TEXT = "Please open the window, it is too warm in here."


@dataclass
class Voices:
    """Sound of OTHER_TEXT, and the engine that was made from the speaker's clip."""

    own: Samples
    default: Samples
    matched: Samples
    from_somebody_else: Samples
    engine: kokoro_match.KokoroMatch
    clip: Path


def say(engine: SpeechEngine, text: str) -> Samples:
    pieces = engine.pieces(text)
    said = (engine.say(piece, speed=1.0, seed=0, check_canceled=never_canceled) for piece in pieces)
    return np.concatenate([speech.samples for speech in said])


def matched(clip: Path) -> kokoro_match.KokoroMatch:
    others = {n: row for n, row in voice_prints().items() if n not in (SPEAKER, SOMEBODY_ELSE)}
    return kokoro_match.load(MODELS, clip, never_canceled, others)


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Voices:
    folder = tmp_path_factory.mktemp("clips")
    clips = {
        name: written(folder / f"{name}.wav", say(kokoro.load(MODELS, name), TEXT)[None])
        for name in (SPEAKER, SOMEBODY_ELSE)
    }
    engine = matched(clips[SPEAKER])
    return Voices(
        own=say(kokoro.load(MODELS, SPEAKER), OTHER_TEXT),
        default=say(kokoro.load(MODELS, DEFAULT), OTHER_TEXT),
        matched=say(engine, OTHER_TEXT),
        from_somebody_else=say(matched(clips[SOMEBODY_ELSE]), OTHER_TEXT),
        engine=engine,
        clip=clips[SPEAKER],
    )


def test_the_speaker_is_much_nearer_than_with_the_default_voice(voices: Voices) -> None:
    before = speaker_distance(voices.default, voices.own, kokoro.RATE)
    after = speaker_distance(voices.matched, voices.own, kokoro.RATE)
    assert after < 0.5 * before
    # The control: what another woman's clip gives would not pass.
    other = speaker_distance(voices.from_somebody_else, voices.own, kokoro.RATE)
    assert other > 0.5 * before
    assert other > 2 * after


def test_it_says_what_it_is_made_from(voices: Voices) -> None:
    about = voices.engine.match.to_json()
    assert about["approximate_match"] is True
    assert 1 <= len(about["made_from"]) <= 3
    assert sum(row["share"] for row in about["made_from"]) == pytest.approx(1, abs=0.02)
    assert SPEAKER not in {row["name"] for row in about["made_from"]}
    assert about["distance_after"] < 0.5 * about["distance_before"]


@recognizer.needs_recognizer
def test_it_is_understood(voices: Voices) -> None:
    wanted = words_of(OTHER_TEXT)
    heard = heard_words(voices.matched, kokoro.RATE)
    assert word_errors(wanted, heard) <= 1
    backwards = heard_words(voices.matched[::-1].copy(), kokoro.RATE)
    assert word_errors(wanted, backwards) > 5


def inputs_with(workshop: Workshop, clip: Path, **voice: object) -> models.SynthesizeSpeechInputs:
    given = models.Audio.model_validate(workshop.given(clip, "audio/wav"))
    return models.SynthesizeSpeechInputs(
        text="Hello there.", voice=models.Voice(clip=given, **voice)
    )


def test_the_handler_speaks_with_phones_and_words(workshop: Workshop, voices: Voices) -> None:
    inputs = inputs_with(workshop, voices.clip, consent=True)
    outputs = synthesize_speech.run(
        models.SynthesizeSpeechParams(), inputs, workshop.using("kokoro_match")
    )
    models.SynthesizeSpeechOutputs.model_validate(outputs)
    assert outputs["voice"]["made_from"][0]["name"] == SPEAKER
    assert outputs["phones"]["meta"]["count"] > 8
    samples, _ = read_wav(workshop.path(outputs["audio"]))
    assert abs(loudness_lufs(samples) + 16) < 0.6
    assert np.abs(samples).max() <= PEAK + 1e-4
    assert any("approximate match" in line for line in workshop.lines)


@pytest.mark.parametrize(
    ("engine", "voice", "kind", "pointer"),
    [
        ("kokoro_match", {}, PermanentError, "/inputs/voice/consent"),
        ("kokoro", {"consent": True}, EngineUnavailable, "/inputs/voice/clip"),
        ("hibari", {"consent": True}, EngineUnavailable, "/inputs/voice/clip"),
    ],
)
def test_no_clip_without_consent_or_with_another_engine(
    workshop: Workshop,
    voices: Voices,
    engine: str,
    voice: dict[str, object],
    kind: type[PermanentError],
    pointer: str,
) -> None:
    inputs = inputs_with(workshop, voices.clip, **voice)
    with pytest.raises(kind) as caught:
        synthesize_speech.run(models.SynthesizeSpeechParams(), inputs, workshop.using(engine))
    assert caught.value.extensions["pointer"] == pointer


def test_the_engine_needs_a_clip(workshop: Workshop) -> None:
    with pytest.raises(PermanentError) as caught:
        synthesize_speech.run(
            models.SynthesizeSpeechParams(),
            models.SynthesizeSpeechInputs(text="Hi."),
            workshop.using("kokoro_match"),
        )
    assert caught.value.extensions["pointer"] == "/inputs/voice/clip"
