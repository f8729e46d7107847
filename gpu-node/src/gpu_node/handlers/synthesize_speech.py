"""Node type `synthesize_speech`: a text becomes sound and, if the voice knows them, phone times."""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import MISSING

from gpu_node.contracts.models import SynthesizeSpeechInputs, SynthesizeSpeechParams
from gpu_node.engines.engine import Engine
from gpu_node.engines.speech import flite, hibari, kokoro
from gpu_node.engines.speech.captions import to_cues, to_webvtt
from gpu_node.engines.speech.join import joined, trimmed
from gpu_node.engines.speech.loudness import RATE, normalized
from gpu_node.engines.speech.speech import Speech, SpeechEngine
from gpu_node.engines.speech.text import speakable
from gpu_node.engines.speech.wav import write_wav
from gpu_node.engines.speech.word_times import with_words
from gpu_node.errors import BadText, EngineUnavailable, UnknownVoice
from gpu_node.handlers.context import HandlerContext


def engines(models_dir: Path) -> list[Engine]:
    """Engines that may be here, in the order of the schema."""
    return [kokoro.describe(models_dir), hibari.describe(), flite.describe()]


def run(
    params: SynthesizeSpeechParams, inputs: SynthesizeSpeechInputs, context: HandlerContext
) -> dict[str, Any]:
    """Speak `inputs.text`: mono, 48 kHz, 16 bit, -16 LUFS, peaks of at most -1 dBFS."""
    text = speakable(inputs.text)
    engine = _load(context, None if inputs.voice is MISSING else inputs.voice.name)
    pieces = engine.pieces(text)
    if not pieces:
        detail = "the text has no words that this voice can speak"
        raise BadText("text-empty", detail, pointer="/inputs/text")

    def spoken() -> Iterator[Speech]:
        for number, piece in enumerate(pieces):
            context.check_canceled()
            speech = engine.say(piece, speed=params.speed, seed=params.seed + number)
            yield with_words(trimmed(speech), piece.text)
            context.progress(number + 1, len(pieces), "sentences")

    speech = joined(spoken(), RATE)
    return _outputs(speech, context)


def _load(context: HandlerContext, voice: str | None) -> SpeechEngine:
    """The engine that was chosen with the voice that was asked for, or with its first one."""
    name, models_dir = context.engine, context.models_dir
    engine = next((engine for engine in engines(models_dir) if engine.name == name), None)
    if engine is None or not engine.available:
        reason = engine.reason if engine else "it is not known here"
        raise EngineUnavailable("engine-unavailable", f"the engine {name} cannot work: {reason}")
    names = [offered["name"] for offered in engine.voices or []]
    if voice is not None and voice not in names:
        detail = f"the engine {name} has no voice {voice!r}; it has {', '.join(names)}"
        raise UnknownVoice("unknown-voice", detail, pointer="/inputs/voice/name", voices=names)
    if name == "kokoro":
        return kokoro.load(models_dir, voice or names[0])
    return hibari.load() if name == "hibari" else flite.load(voice or names[0])


def _outputs(speech: Speech, context: HandlerContext) -> dict[str, Any]:
    sound = context.work_dir / "speech.wav"
    write_wav(sound, normalized(speech.samples), speech.rate)
    audio = context.put(
        sound,
        media_type="audio/wav",
        name="speech.wav",
        meta={"sample_rate": speech.rate, "duration_s": round(speech.duration_s, 6)},
    )
    captions = context.work_dir / "captions.vtt"
    captions.write_text(to_webvtt(to_cues(speech.words, speech.duration_s)), encoding="utf-8")
    outputs = {
        "audio": audio,
        "captions": context.put(captions, media_type="text/vtt", name="captions.vtt", meta={}),
    }
    if not speech.phones:
        return outputs
    times = context.work_dir / "phones.json"
    times.write_text(json.dumps([dataclasses.asdict(phone) for phone in speech.phones]))
    phones = context.put(
        times,
        media_type="application/json",
        name="phones.json",
        meta={"count": len(speech.phones)},
    )
    return {**outputs, "phones": phones}
