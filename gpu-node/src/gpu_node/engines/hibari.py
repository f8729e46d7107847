"""Engine `hibari`: one small neural voice."""

from pathlib import Path

from gpu_node.engines.engine import Engine
from mediakit.speech import hibari


def describe(models_dir: Path | None) -> Engine:
    """Its voice lies in its package."""
    del models_dir
    reason = hibari.why_not()
    return Engine(
        name="hibari",
        available=reason is None,
        reason=reason,
        voices=hibari.VOICES,
        models=["hibari-tts 0.2.1, voice heart (int8)"],
        license="Apache-2.0",
    )


def load(models_dir: Path, voice: str) -> hibari.Hibari:
    """The engine with its one voice."""
    del models_dir, voice
    return hibari.load()
