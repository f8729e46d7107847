"""Loads the voice that `synthesize_speech` was asked for, or refuses with the field at fault."""

from typing import Any

from pydantic import MISSING

from gpu_node.contracts.models import SynthesizeSpeechInputs, Voice
from gpu_node.engines import table
from gpu_node.engines.engine import Engine
from gpu_node.errors import EngineUnavailable, PermanentError, UnknownVoice
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.media_problems import given
from mediakit.speech.match import fitness
from mediakit.speech.match.clip import read_clip
from mediakit.speech.speech import SpeechEngine

_VOICE = "/inputs/voice"


def chosen_voice(
    inputs: SynthesizeSpeechInputs, context: HandlerContext
) -> tuple[SpeechEngine, dict[str, Any]]:
    """The engine that was chosen with the voice that was asked for, or with its first one, and the
    output that says whose voice it is."""
    engine = _available(context)
    voice = None if inputs.voice is MISSING else inputs.voice
    if voice is not None and voice.clip is not MISSING:
        return _matched(voice, engine, context)
    if engine.takes_clips:
        detail = f"the engine {engine.name} needs a clip of the voice"
        raise PermanentError("invalid-input", detail, pointer="/inputs/voice/clip")
    name = _name(None if voice is None or voice.name is MISSING else voice.name, engine)
    return table.load(engine.name, context.models_dir, name), {"name": name}


def judge_voice(voice: Voice, context: HandlerContext) -> None:
    """Raise what `chosen_voice` would, without loading a voice."""
    engine = _available(context)
    if voice.clip is not MISSING:
        _check_match(voice, engine)
        with given(_VOICE):
            fitness.check(read_clip(context.path(voice.clip), context.check_canceled))
    elif voice.name is not MISSING and not engine.takes_clips:
        _name(voice.name, engine)


def _available(context: HandlerContext) -> Engine:
    engine = table.describe(context.engine, context.models_dir)
    if not engine.available:
        detail = f"the engine {context.engine} cannot work: {engine.reason}"
        raise EngineUnavailable("engine-unavailable", detail)
    return engine


def _check_match(voice: Voice, engine: Engine) -> None:
    # The contract has refused a clip without it; a person's voice is worth a second look.
    if voice.consent is MISSING or not voice.consent:
        detail = "the speaker's consent is missing"
        raise PermanentError("invalid-input", detail, pointer="/inputs/voice/consent")
    if not engine.takes_clips:
        detail = f"the engine {engine.name} has no voice like a clip's; kokoro_match has"
        raise EngineUnavailable("engine-unavailable", detail, pointer="/inputs/voice/clip")


def _matched(
    voice: Voice, engine: Engine, context: HandlerContext
) -> tuple[SpeechEngine, dict[str, Any]]:
    _check_match(voice, engine)
    path = context.path(voice.clip)
    with given(_VOICE):
        matched = table.load(engine.name, context.models_dir, path, context.check_canceled)
    about = matched.match.to_json()
    made_from = ", ".join(f"{row['name']} {row['share']:.0%}" for row in about["made_from"])
    context.log("info", "the voice is an approximate match of the clip", made_from=made_from)
    return matched, about


def _name(wanted: str | None, engine: Engine) -> str:
    names = [offered["name"] for offered in engine.voices or []]
    if wanted is not None and wanted not in names:
        detail = f"the engine {engine.name} has no voice {wanted!r}; it has {', '.join(names)}"
        raise UnknownVoice("unknown-voice", detail, pointer="/inputs/voice/name", voices=names)
    return wanted or names[0]
