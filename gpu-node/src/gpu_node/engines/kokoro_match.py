"""Engine `kokoro_match`: a voice that resembles that of a clip; a match, no cloning."""

from collections.abc import Callable
from pathlib import Path

from gpu_node.engines import kokoro
from gpu_node.engines.engine import Engine
from mediakit.speech import kokoro_match


def describe(models_dir: Path | None) -> Engine:
    """It works where Kokoro does, and WORLD."""
    reason = kokoro_match.why_not(models_dir or Path())
    return Engine(
        name="kokoro_match",
        available=reason is None,
        reason=reason,
        takes_clips=True,
        models=[*kokoro.describe(models_dir).models, "WORLD (pyworld)"],
        license="Apache-2.0",
    )


def load(
    models_dir: Path, clip: Path, check_canceled: Callable[[], None]
) -> kokoro_match.KokoroMatch:
    """The voice that is nearest to the clip's; `MediaError` for a clip that cannot serve."""
    return kokoro_match.load(models_dir, clip, check_canceled)
