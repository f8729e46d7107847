"""Engine `kokoro`: the neural voices of Kokoro-82M."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.speech import kokoro


def describe(models_dir: Path | None) -> Engine:
    """It offers the voices that are here."""
    folder = models_dir or Path()
    reason = kokoro.why_not(folder)
    return Engine(
        name="kokoro",
        available=reason is None,
        reason=reason,
        voices=kokoro.voices_here(folder),
        models=["Kokoro-82M v1.0 (int8)"],
        license="Apache-2.0",
    )


def load(models_dir: Path, voice: str) -> kokoro.Kokoro:
    """The engine with one of its voices."""
    return kokoro.load(models_dir, voice)
