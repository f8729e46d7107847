"""Node type `align_speech`: speech becomes the planned mouth of each video frame."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import MISSING

from gpu_node.contracts.models import AlignSpeechInputs, AlignSpeechParams
from gpu_node.engines import table
from gpu_node.errors import BadMedia
from gpu_node.handlers.choices import known
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.media_problems import given
from mediakit.alignment.track import FPS, VisemeTrack
from mediakit.arrays import Samples
from mediakit.sound.wav import read_wav
from mediakit.speech.speech import Phone

_EXACT, _WITHOUT_PHONES = "phones", "energy"


def check(params: AlignSpeechParams, inputs: Mapping[str, Any], context: HandlerContext) -> None:
    """Refuse sound and phone times that cannot be read."""
    del params
    wishes = known(AlignSpeechInputs, inputs)
    if "audio" in inputs:
        _samples(wishes.audio, context)
    if context.engine == _EXACT and wishes.phones is not MISSING:
        _read_phones(context.path(wishes.phones))


def run(
    params: AlignSpeechParams, inputs: AlignSpeechInputs, context: HandlerContext
) -> dict[str, Any]:
    """Plan the mouth from phone times; without them from loudness, which `method` then says."""
    del params
    samples, rate = _samples(inputs.audio, context)
    context.check_canceled()
    engine, phones = context.engine, []
    if engine == _EXACT and inputs.phones is not MISSING:
        phones = _read_phones(context.path(inputs.phones))
    elif engine == _EXACT:
        context.log("warn", "no phone times: the mouth follows loudness alone")
        engine = _WITHOUT_PHONES
    track: VisemeTrack = table.load(engine)(samples, rate, phones)
    context.progress(len(track.open), len(track.open), "frames")
    return {"track": _put(track, context), "method": track.method}


def _samples(audio: Any, context: HandlerContext) -> tuple[Samples, int]:
    with given("/inputs/audio"):
        samples, rate = read_wav(context.path(audio))
    if len(samples) == 0:
        raise BadMedia("invalid-audio", "the sound is empty", pointer="/inputs/audio")
    return samples, rate


def _read_phones(path: Path) -> list[Phone]:
    try:
        listed = json.loads(path.read_bytes())
        return [Phone(str(p["phone"]), float(p["start_s"]), float(p["end_s"])) for p in listed]
    except (ValueError, TypeError, KeyError) as cause:
        detail = "the phone times are no list of {phone, start_s, end_s}"
        raise BadMedia("invalid-audio", detail, pointer="/inputs/phones") from cause


def _put(track: VisemeTrack, context: HandlerContext) -> dict[str, Any]:
    path = context.work_dir / "visemes.json"
    path.write_text(json.dumps(track.to_json()))
    return context.put(
        path,
        media_type="application/json",
        name="visemes.json",
        meta={"fps": FPS, "frames": len(track.open)},
    )
