"""Runs the chain of talking-avatar in this process and decodes its film."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from media.workshop import Workshop
from numpy.typing import NDArray

from gpu_node.contracts import models
from gpu_node.handlers.align_speech import align_speech
from gpu_node.handlers.animate_portrait import animate_portrait
from gpu_node.handlers.finish_video import finish_video
from gpu_node.handlers.prepare_portrait import prepare_portrait
from gpu_node.handlers.synthesize_speech import synthesize_speech
from gpu_node.handlers.upscale_video import upscale_video
from mediakit.arrays import Samples

TEXT = "Hello there, my name is Robin. People brought bread, apples and a big pot of jam. Wow!"


@dataclass
class Film:
    """What the chain made, and what a player would see and hear."""

    path: Path
    planned: NDArray[np.float64]
    """`open` per frame."""
    pictures: list[NDArray[np.uint8]]
    sound: Samples
    workshop: Workshop


def speak(workshop: Workshop, text: str = TEXT, **params: Any) -> dict[str, Any]:
    """Outputs of synthesize_speech, as the contract's model accepts them."""
    outputs = synthesize_speech.run(
        models.SynthesizeSpeechParams(**params),
        models.SynthesizeSpeechInputs(text=text),
        workshop.using("hibari"),
    )
    return models.SynthesizeSpeechOutputs.model_validate(outputs).model_dump(mode="json")


def align(workshop: Workshop, engine: str = "phones", **inputs: Any) -> dict[str, Any]:
    """Outputs of align_speech."""
    outputs = align_speech.run(
        models.AlignSpeechParams(),
        models.AlignSpeechInputs.model_validate(inputs),
        workshop.using(engine),
    )
    return models.AlignSpeechOutputs.model_validate(outputs).model_dump(mode="json")


def prepare(
    workshop: Workshop,
    engine: str = "face_mesh",
    params: dict[str, Any] | None = None,
    **inputs: Any,
) -> dict[str, Any]:
    """Outputs of prepare_portrait."""
    outputs = prepare_portrait.run(
        models.PreparePortraitParams(**(params or {})),
        models.PreparePortraitInputs.model_validate(inputs),
        workshop.using(engine),
    )
    dumped = models.PreparePortraitOutputs.model_validate(outputs).model_dump(mode="json")
    return {name: value for name, value in dumped.items() if value is not None}


def animate(workshop: Workshop, inputs: dict[str, Any], **params: Any) -> dict[str, Any]:
    """Outputs of animate_portrait."""
    outputs = animate_portrait.run(
        models.AnimatePortraitParams(**params),
        models.AnimatePortraitInputs.model_validate(inputs),
        workshop.using("mesh_warp"),
    )
    return models.AnimatePortraitOutputs.model_validate(outputs).model_dump(mode="json")


def finish(
    workshop: Workshop, inputs: dict[str, Any], params: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Outputs of finish_video, as the contract's model accepts them."""
    outputs = finish_video.run(
        models.FinishVideoParams(**(params or {})),
        models.FinishVideoInputs.model_validate(inputs),
        workshop.using("pyav"),
    )
    return models.FinishVideoOutputs.model_validate(outputs).model_dump(
        mode="json", exclude_unset=True
    )


def chain_inputs(workshop: Workshop, text: str = TEXT) -> dict[str, Any]:
    """Everything that animate_portrait needs."""
    speech = speak(workshop, text)
    track = align(workshop, audio=speech["audio"], phones=speech["phones"])["track"]
    portrait = prepare(workshop)
    return {
        "portrait": portrait["image"],
        "landmarks": portrait["landmarks"],
        "matte": portrait["matte"],
        "audio": speech["audio"],
        "visemes": track,
    }


def make_film(workshop: Workshop) -> Film:
    """The whole chain, as the graph has it, without any wish."""
    inputs = chain_inputs(workshop)
    video = animate(workshop, inputs, quality="intermediate")["video"]
    outputs = upscale_video.run(
        models.UpscaleVideoParams(),
        models.UpscaleVideoInputs.model_validate({"video": video}),
        workshop.using("passthrough"),
    )
    upscaled = models.UpscaleVideoOutputs.model_validate(outputs).model_dump(mode="json")["video"]
    assert upscaled["sha256"] == video["sha256"]
    path = workshop.path(finish(workshop, {"video": upscaled})["video"])
    track = json.loads(workshop.path(inputs["visemes"]).read_text())
    planned = np.array([frame["open"] for frame in track["frames"]])
    return Film(path, planned, decoded_pictures(path), decoded_sound(path), workshop)


def decoded_pictures(path: Path) -> list[NDArray[np.uint8]]:
    """All frames, blue, green, red."""
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="bgr24") for frame in container.decode(video=0)]


def decoded_sound(path: Path) -> Samples:
    """All samples of the mono sound."""
    with av.open(str(path)) as container:
        parts = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.concatenate(parts).astype(np.float32)
