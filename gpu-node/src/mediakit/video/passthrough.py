"""Engine `passthrough`: hands a film on as it is, under that name."""

from gpu_node.engines.engine import Engine


def describe() -> Engine:
    """Announce the engine."""
    return Engine(name="passthrough", available=True, license="Apache-2.0")
