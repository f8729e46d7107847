"""Node type `choose_take`: of several takes of a text the best one, and why."""

import shutil
from collections.abc import Mapping
from typing import Any

from pydantic import MISSING

from gpu_node.contracts.models import Audio, ChooseTakeInputs, ChooseTakeParams
from gpu_node.engines import table
from gpu_node.errors import BadMedia
from gpu_node.handlers.choices import known
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.media_problems import given
from mediakit.arrays import Samples
from mediakit.sound.wav import read_wav
from mediakit.speech.takes import measured, score_of

_TAKES, _CAPTIONS = "/inputs/takes", "/inputs/captions"
_WRONG_WORDS = 2.0
"""What a take costs of which no word was understood."""


def check(params: ChooseTakeParams, inputs: Mapping[str, Any], context: HandlerContext) -> None:
    """Refuse takes that cannot be read, and as many captions as there are no takes."""
    del params
    wishes = known(ChooseTakeInputs, inputs)
    if "takes" in inputs:
        _judge_lists(wishes)
        for number, take in enumerate(wishes.takes):
            _samples(take, number, context)


def run(
    params: ChooseTakeParams, inputs: ChooseTakeInputs, context: HandlerContext
) -> dict[str, Any]:
    """The take with the highest score, of equal ones the first."""
    del params
    _judge_lists(inputs)
    engine = table.load(context.engine)
    rows: list[dict[str, Any]] = []
    for number, take in enumerate(inputs.takes):
        context.check_canceled()
        samples, rate = _samples(take, number, context)
        rows.append(_row(samples, rate, inputs.text, engine))
        context.progress(number + 1, len(inputs.takes), "takes")
    best = max(range(len(rows)), key=lambda number: rows[number]["score"])
    outputs = {
        "audio": _again(inputs.takes[best], context),
        "index": best,
        "scores": {"takes": rows},
    }
    if inputs.captions is not MISSING:
        outputs["captions"] = _again(inputs.captions[best], context)
    return outputs


def _row(samples: Samples, rate: int, text: str, engine: Any) -> dict[str, Any]:
    found = measured(samples, rate, text)
    wrong = engine.wrong_words(samples, rate, text)
    row = {
        "score": score_of(found.cost + _WRONG_WORDS * (wrong or 0.0)),
        "pace": round(found.pace, 2),
        "longest_pause_s": round(found.longest_pause_s, 2),
        "edge_s": round(found.edge_s, 2),
        "loudness_db": round(found.loudness_db, 1),
        "clipped_share": round(found.clipped_share, 5),
        "is_cut": found.is_cut,
    }
    return row if wrong is None else {**row, "wrong_words": round(wrong, 3)}


def _judge_lists(inputs: ChooseTakeInputs) -> None:
    if not inputs.takes:
        raise BadMedia("invalid-input", "there is no take to choose", pointer=_TAKES)
    if inputs.captions is not MISSING and len(inputs.captions) != len(inputs.takes):
        detail = f"there are {len(inputs.captions)} captions for {len(inputs.takes)} takes"
        raise BadMedia("invalid-input", detail, pointer=_CAPTIONS)


def _samples(take: Audio, number: int, context: HandlerContext) -> tuple[Samples, int]:
    pointer = f"{_TAKES}/{number}"
    with given(pointer):
        samples, rate = read_wav(context.path(take))
    if len(samples) == 0:
        raise BadMedia("invalid-audio", "the sound is empty", pointer=pointer)
    return samples, rate


def _again(ref: Any, context: HandlerContext) -> dict[str, Any]:
    """The same bytes as an output of this node."""
    path = context.work_dir / f"chosen-{ref.sha256}"
    shutil.copyfile(context.path(ref), path)
    meta = ref.meta if isinstance(ref.meta, Mapping) else ref.meta.model_dump(mode="json")
    return context.put(path, media_type=ref.media_type, name=ref.name, meta=meta)
