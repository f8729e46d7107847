"""Engine `pyav`: renders finished films with FFmpeg, and words with fonts."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.video import fonts
from mediakit.video.encode import FilmWriter


def describe(models_dir: Path | None) -> Engine:
    """It needs fonts."""
    reason = fonts.why_not(models_dir)
    license = "LGPL-2.1 with GPL encoders"
    return Engine(name="pyav", available=reason is None, reason=reason, license=license)


def load() -> type[FilmWriter]:
    """To be made per film."""
    return FilmWriter
