"""Node type `upscale_video`: a film becomes a larger one, or, by `passthrough`, stays as it is."""

import shutil
from typing import Any

from gpu_node.contracts.models import UpscaleVideoInputs, UpscaleVideoParams
from gpu_node.engines.engine import Engine
from gpu_node.engines.video import passthrough
from gpu_node.engines.video.probe import probe_film
from gpu_node.handlers.context import HandlerContext


def engines() -> list[Engine]:
    """Engines that may be here, in the order of the schema."""
    return [passthrough.describe()]


def run(
    params: UpscaleVideoParams, inputs: UpscaleVideoInputs, context: HandlerContext
) -> dict[str, Any]:
    """Hand the film on unchanged, as an artifact of this node, after a look that it is one."""
    del params
    source = context.path(inputs.video)
    facts = probe_film(source, "/inputs/video")
    film = context.work_dir / "film.mp4"
    shutil.copyfile(source, film)
    context.progress(1, 1, "films")
    video = context.put(
        film,
        media_type=inputs.video.media_type,
        name=inputs.video.name,
        meta={
            "width": facts.width,
            "height": facts.height,
            "fps": facts.fps,
            "duration_s": facts.duration_s,
        },
    )
    return {"video": video}
