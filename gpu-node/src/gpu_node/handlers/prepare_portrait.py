"""Node type `prepare_portrait`: a photo, or nothing, becomes a square portrait and landmarks."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from pydantic import MISSING

from gpu_node.contracts.models import PreparePortraitInputs, PreparePortraitParams
from gpu_node.engines.arrays import Floats, Picture
from gpu_node.engines.engine import Engine
from gpu_node.engines.portrait import crop, drawn_face, face_mesh
from gpu_node.engines.portrait.photo import read_photo
from gpu_node.errors import EngineUnavailable
from gpu_node.handlers.context import HandlerContext


def engines(models_dir: Path | None = None) -> list[Engine]:
    """Engines that may be here, in the order of the schema; looks for model files if told where."""
    return [face_mesh.describe(models_dir), drawn_face.describe()]


def run(
    params: PreparePortraitParams, inputs: PreparePortraitInputs, context: HandlerContext
) -> dict[str, Any]:
    """Find the face in the photo, or draw the demo face if there is none; `source` says which."""
    if inputs.image is MISSING:
        context.engine = drawn_face.NAME
        portrait, landmarks = drawn_face.draw(params.size)
        return _outputs(portrait, landmarks, "drawn", context)
    if context.engine != face_mesh.NAME:
        detail = "the engine drawn_face reads no photos, and face_mesh is not available here"
        raise EngineUnavailable("engine-unavailable", detail, pointer="/inputs/image")
    photo = read_photo(context.path(inputs.image))
    context.progress(1, 3, "steps")
    context.check_canceled()
    faces = face_mesh.load(context.models_dir).find(photo)
    if not faces:
        raise crop.no_face("no face was found in the picture")
    if len(faces) > 1:
        context.log("info", "several faces: the largest one is used", faces=len(faces))
    crop.check_face(faces[0])
    context.progress(2, 3, "steps")
    portrait, landmarks = crop.square(photo, faces[0], params.size)
    return _outputs(portrait, landmarks, "photo", context)


def _outputs(
    portrait: Picture, landmarks: Floats, source: str, context: HandlerContext
) -> dict[str, Any]:
    height, width = portrait.shape[:2]
    picture = context.work_dir / "portrait.png"
    cv2.imwrite(str(picture), portrait)
    points = context.work_dir / "landmarks.json"
    listed = np.round(landmarks, 3).tolist()
    points.write_text(json.dumps({"width": width, "height": height, "points": listed}))
    image = context.put(
        picture,
        media_type="image/png",
        name="portrait.png",
        meta={"width": width, "height": height},
    )
    marks = context.put(
        points,
        media_type="application/json",
        name="landmarks.json",
        meta={"count": len(landmarks)},
    )
    context.progress(3, 3, "steps")
    return {"image": image, "landmarks": marks, "source": source}
