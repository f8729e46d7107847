"""Node type `prepare_portrait`: a photo, or nothing, becomes portrait, landmarks and matte."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import cv2
import numpy as np
from pydantic import MISSING

from gpu_node.contracts.models import PreparePortraitInputs, PreparePortraitParams
from gpu_node.engines import face_mesh, selfie_segmentation
from gpu_node.errors import EngineUnavailable
from gpu_node.handlers.choices import SIZES, chosen, known, one_of, whole
from gpu_node.handlers.context import HandlerContext
from gpu_node.handlers.media_problems import given
from gpu_node.handlers.prepare_portrait.enlarge import taken_sharply
from mediakit.arrays import Floats, Picture
from mediakit.picture.photo import read_photo
from mediakit.portrait import crop, drawn_face, suitability
from mediakit.portrait.drawn_look import LOOKS
from mediakit.portrait.sighting import sighting

_IMAGE = "/inputs/image"
_FOUND_BY, _DRAWN, _CUT_OUT_BY = "face_mesh", "drawn_face", "selfie_segmentation"
_STEPS = 4
_FACES = range(1, 100)
_ASPECTS: tuple[crop.Aspect, ...] = get_args(crop.Aspect)


@dataclass(frozen=True)
class _Portrait:
    picture: Picture
    landmarks: Floats
    matte: Floats | None
    source: str
    matte_by: str
    enlarged_by: str = "none"


def check(
    params: PreparePortraitParams, inputs: Mapping[str, Any], context: HandlerContext
) -> None:
    """Refuse wishes that cannot be met and a photo that cannot be read; faces take longer."""
    wishes = known(PreparePortraitInputs, inputs)
    _shape(params, wishes)
    one_of(wishes.avatar, tuple(LOOKS), params.avatar, "/inputs/avatar")
    whole(wishes.face, _FACES, chosen(params.face, None), "/inputs/face")
    if wishes.image is not MISSING:
        _check_engine(context)
        with given(_IMAGE):
            read_photo(context.path(wishes.image), context.check_canceled)


def run(
    params: PreparePortraitParams, inputs: PreparePortraitInputs, context: HandlerContext
) -> dict[str, Any]:
    """Find the face in the photo, or draw the demo face if there is none; `source` says which."""
    if inputs.image is not MISSING:
        with given(_IMAGE):
            return _outputs(_from_photo(params, inputs, context), context)
    context.engine = _DRAWN
    side, aspect = _shape(params, inputs)
    avatar = one_of(inputs.avatar, tuple(LOOKS), params.avatar, "/inputs/avatar")
    picture, landmarks, matte = drawn_face.draw_cut_out(
        crop.frame_size(side, aspect), avatar, context.check_canceled
    )
    return _outputs(_Portrait(picture, landmarks, matte, "drawn", "drawn"), context)


def _from_photo(
    params: PreparePortraitParams, inputs: PreparePortraitInputs, context: HandlerContext
) -> _Portrait:
    _check_engine(context)
    side, aspect = _shape(params, inputs)
    wanted = whole(inputs.face, _FACES, chosen(params.face, None), "/inputs/face")
    source = context.path(inputs.image)
    photo = read_photo(source, context.check_canceled)
    context.progress(1, _STEPS, "steps")
    context.check_canceled()
    faces = face_mesh.load(context.models_dir).find(photo, context.check_canceled)
    # Shown before any refusal, so that a person sees what it is about.
    context.preview(sighting(photo, faces), "image/jpeg")
    face = suitability.choose(faces, wanted)
    suitability.check(photo, face)
    context.progress(2, _STEPS, "steps")
    context.check_canceled()
    cut = crop.plan_cut(photo, face.points, side, aspect)
    landmarks = cut.points(face.points)
    picture, enlarged_by = taken_sharply(photo, cut, source, context)
    engine = selfie_segmentation.describe(context.models_dir)
    if not engine.available:
        context.log("warning", "the background will move a little", reason=engine.reason)
        return _Portrait(picture, landmarks, None, "photo", "none", enlarged_by)
    context.check_canceled()
    matte = selfie_segmentation.load(context.models_dir).find(picture, context.check_canceled)
    context.progress(3, _STEPS, "steps")
    return _Portrait(picture, landmarks, matte, "photo", _CUT_OUT_BY, enlarged_by)


def _check_engine(context: HandlerContext) -> None:
    if context.engine != _FOUND_BY:
        detail = "the engine drawn_face reads no photos, and face_mesh is not available here"
        raise EngineUnavailable("engine-unavailable", detail, pointer=_IMAGE)


def _shape(params: PreparePortraitParams, inputs: PreparePortraitInputs) -> tuple[int, crop.Aspect]:
    """The shorter side in pixels, and width to height."""
    side = whole(inputs.size, SIZES, params.size, "/inputs/size")
    aspect: crop.Aspect = one_of(inputs.aspect, _ASPECTS, params.aspect, "/inputs/aspect")
    return side, aspect


def _outputs(portrait: _Portrait, context: HandlerContext) -> dict[str, Any]:
    context.check_canceled()
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
