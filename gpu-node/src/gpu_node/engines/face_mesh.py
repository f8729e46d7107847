"""Engine `face_mesh`: finds faces in a photo."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.portrait import face_mesh


def describe(models_dir: Path | None) -> Engine:
    """It needs two networks."""
    reason = face_mesh.why_not(models_dir)
    return Engine(
        name="face_mesh",
        available=reason is None,
        reason=reason,
        models=[face_mesh.DETECTOR, face_mesh.MODEL],
        license="Apache-2.0",
    )


load = face_mesh.load
