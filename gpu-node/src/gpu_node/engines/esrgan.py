"""Engine `esrgan`: enlarges pictures by networks that invent detail."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.upscale import models
from mediakit.upscale.upscaler import Upscaler


def describe(models_dir: Path | None = None) -> Engine:
    """It needs two packages; the weights come with one of them."""
    del models_dir
    reason = models.why_not()
    return Engine(
        name="esrgan",
        available=reason is None,
        reason=reason,
        models=[model.file for model in models.ALL],
        license="BSD-3-Clause",
    )


load = Upscaler
