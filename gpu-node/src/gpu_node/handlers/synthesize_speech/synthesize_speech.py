"""Node type `synthesize_speech`: a text becomes sound and, if the voice knows them, phone times."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import MISSING

from gpu_node.contracts.models import SynthesizeSpeechInputs, SynthesizeSpeechParams, Voice
from gpu_node.errors import BadText
from gpu_node.handlers.choices import chosen, known, whole, within
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.media_problems import given
from gpu_node.handlers.synthesize_speech.voice import chosen_voice, judge_voice
from mediakit.captions import to_cues, to_webvtt
from mediakit.sound.loudness import RATE, normalized
from mediakit.sound.wav import write_wav
from mediakit.speech.join import joined, trimmed
from mediakit.speech.speech import Speech
from mediakit.speech.text import speakable
from mediakit.speech.word_times import with_words

_TEXT = "/inputs/text"
_SEEDS = range(1 << 32)


def check(
    params: SynthesizeSpeechParams, inputs: Mapping[str, Any], context: HandlerContext
) -> None:
    """Refuse a text that cannot be spoken, an unknown voice, and a clip that is unfit as one."""
    wishes = known(SynthesizeSpeechInputs, inputs)
    _chosen(params, wishes)
    if "text" in inputs:
        with given(_TEXT):
            speakable(wishes.text)
    if wishes.voice is not MISSING:
        judge_voice(Voice.model_validate(wishes.voice), context)


def run(
    params: SynthesizeSpeechParams, inputs: SynthesizeSpeechInputs, context: HandlerContext
) -> dict[str, Any]:
    """Speak `inputs.text`: mono, 48 kHz, 16 bit, -16 LUFS, peaks of at most -1 dBFS."""
    with given(_TEXT):
        return _spoken(params, speakable(inputs.text), inputs, context)


def _spoken(
    params: SynthesizeSpeechParams,
    text: str,
    inputs: SynthesizeSpeechInputs,
    context: HandlerContext,
) -> dict[str, Any]:
    speed, seed = _chosen(params, inputs)
    engine, voice = chosen_voice(inputs, context)
    pieces = engine.pieces(text)
    if not pieces:
        detail = "the text has no words that this voice can speak"
        raise BadText("text-empty", detail, pointer=_TEXT)

    def spoken() -> Iterator[Speech]:
        for number, piece in enumerate(pieces):
            context.check_canceled()
            speech = engine.say(
                piece,
                speed=speed,
                seed=seed + number,
                check_canceled=context.check_canceled,
            )
            yield with_words(trimmed(speech), piece.text)
            context.progress(number + 1, len(pieces), "sentences")

    return {**_outputs(joined(spoken(), RATE), context), "voice": voice}


def _chosen(params: SynthesizeSpeechParams, inputs: SynthesizeSpeechInputs) -> tuple[float, int]:
    """Speed and seed."""
    speed = within(chosen(inputs.speed, params.speed), 0.5, 2, "/inputs/speed")
    return speed, int(whole(inputs.seed, _SEEDS, params.seed, "/inputs/seed"))


def _outputs(speech: Speech, context: HandlerContext) -> dict[str, Any]:
    context.check_canceled()
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
