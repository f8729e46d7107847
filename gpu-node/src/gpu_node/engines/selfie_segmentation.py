"""Engine `selfie_segmentation`: tells the person in a picture from the background."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.portrait import person_matte


def describe(models_dir: Path | None) -> Engine:
    """It needs a network."""
    reason = person_matte.why_not(models_dir)
    return Engine(
        name="selfie_segmentation",
        available=reason is None,
        reason=reason,
        models=[person_matte.MODEL],
        license="Apache-2.0",
    )


load = person_matte.load
