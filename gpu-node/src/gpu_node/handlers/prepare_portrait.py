"""Node type `prepare_portrait`: a photo, or nothing, becomes portrait, landmarks and matte."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import MISSING

from gpu_node.contracts.models import PreparePortraitInputs, PreparePortraitParams
from gpu_node.engines.arrays import Floats, Picture
from gpu_node.engines.engine import Engine
from gpu_node.engines.portrait import crop, drawn_face, face_mesh, person_matte, suitability
from gpu_node.engines.portrait.photo import read_photo
from gpu_node.engines.portrait.sighting import sighting
from gpu_node.errors import EngineUnavailable
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.enlarge_portrait import taken_sharply

_STEPS = 4


@dataclass(frozen=True)
class _Portrait:
    picture: Picture
    landmarks: Floats
    matte: Floats | None
    source: str
    matte_by: str
    enlarged_by: str = "none"


def engines(models_dir: Path | None = None) -> list[Engine]:
    """Engines that may be here, in the order of the schema; looks for model files if told where."""
    return [face_mesh.describe(models_dir), drawn_face.describe()]


def run(
    params: PreparePortraitParams, inputs: PreparePortraitInputs, context: HandlerContext
) -> dict[str, Any]:
    """Find the face in the photo, or draw the demo face if there is none; `source` says which."""
    if inputs.image is not MISSING:
        return _outputs(_from_photo(params, inputs, context), context)
    context.engine = drawn_face.NAME
    size = crop.frame_size(params.size, params.aspect)
    picture, landmarks, matte = drawn_face.draw_cut_out(size, params.avatar, context.check_canceled)
    return _outputs(_Portrait(picture, landmarks, matte, "drawn", "drawn"), context)


def _from_photo(
    params: PreparePortraitParams, inputs: PreparePortraitInputs, context: HandlerContext
) -> _Portrait:
    if context.engine != face_mesh.NAME:
        detail = "the engine drawn_face reads no photos, and face_mesh is not available here"
        raise EngineUnavailable("engine-unavailable", detail, pointer="/inputs/image")
    source = context.path(inputs.image)
    photo = read_photo(source)
    context.progress(1, _STEPS, "steps")
    context.check_canceled()
    faces = face_mesh.load(context.models_dir).find(photo)
    # Shown before any refusal, so that a person sees what it is about.
    context.preview(sighting(photo, faces), "image/jpeg")
    face = suitability.choose(faces, None if params.face is MISSING else params.face)
    suitability.check(photo, face)
    context.progress(2, _STEPS, "steps")
    context.check_canceled()
    cut = crop.plan_cut(photo, face.points, params.size, params.aspect)
    landmarks = cut.points(face.points)
    picture, enlarged_by = taken_sharply(photo, cut, source, context)
    engine = person_matte.describe(context.models_dir)
    if not engine.available:
        context.log("warning", "the background will move a little", reason=engine.reason)
        return _Portrait(picture, landmarks, None, "photo", "none", enlarged_by)
    matte = person_matte.load(context.models_dir).find(picture)
    context.progress(3, _STEPS, "steps")
    return _Portrait(picture, landmarks, matte, "photo", person_matte.NAME, enlarged_by)


def _outputs(portrait: _Portrait, context: HandlerContext) -> dict[str, Any]:
    height, width = portrait.picture.shape[:2]
    points = context.work_dir / "landmarks.json"
    listed = np.round(portrait.landmarks, 3).tolist()
    points.write_text(json.dumps({"width": width, "height": height, "points": listed}))
    marks = context.put(
        points,
        media_type="application/json",
        name="landmarks.json",
        meta={"count": len(portrait.landmarks)},
    )
    outputs: dict[str, Any] = {
        "image": _png(portrait.picture, "portrait.png", context),
        "landmarks": marks,
        "source": portrait.source,
        "matte_by": portrait.matte_by,
        "enlarged_by": portrait.enlarged_by,
    }
    if portrait.matte is not None:
        grey = np.round(portrait.matte * 255).astype(np.uint8)
        outputs["matte"] = _png(grey, "matte.png", context)
    context.progress(_STEPS, _STEPS, "steps")
    return outputs


def _png(pixels: Picture, name: str, context: HandlerContext) -> dict[str, Any]:
    path = context.work_dir / name
    cv2.imwrite(str(path), pixels)
    meta = {"width": pixels.shape[1], "height": pixels.shape[0]}
    return context.put(path, media_type="image/png", name=name, meta=meta)
