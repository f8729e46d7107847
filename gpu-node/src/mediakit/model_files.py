"""Hands out model files only as they were set up: their digests are part of the code, or of the
record that an installed package brought."""

import base64
import hashlib
import json
from functools import lru_cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import files as files_of
from importlib.resources import files
from pathlib import Path

from mediakit.errors import MediaError

_TABLE = "model_digests.json"
"""SHA-256 by the path below the models directory; scripts/setup/models.mjs reads it, too."""


@lru_cache(maxsize=128)
def checked(models_dir: Path, name: str) -> Path:
    """The path of a model file, read once per process and compared with its digest.

    Raises MediaError if the file is missing, unknown or has other bytes.
    """
    path = models_dir / name
    if _sha256(path, name).hex() != _digests().get(name):
        raise _unusable(f"the model file {name} is not the one that was set up")
    return path


@lru_cache(maxsize=16)
def checked_in_package(package: str, path: Path) -> Path:
    """The same for a file inside an installed package; its digest is in the package's record."""
    try:
        listed = files_of(package) or []
    except PackageNotFoundError:
        listed = []
    recorded = next((f.hash for f in listed if Path(str(f.locate())) == path), None)
    digest = base64.urlsafe_b64encode(_sha256(path, path.name)).rstrip(b"=").decode()
    if recorded is None or (recorded.mode, recorded.value) != ("sha256", digest):
        what = f"the model file {path.name} is not the one of the package {package}"
        raise _unusable(what, "delete .data/venv and ")
    return path


def _sha256(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        raise _unusable(f"the model file {name} is missing or cannot be read") from None


@lru_cache(maxsize=1)
def _digests() -> dict[str, str]:
    digests: dict[str, str] = json.loads(files("mediakit").joinpath(_TABLE).read_text("utf-8"))
    return digests


def _unusable(what: str, first: str = "") -> MediaError:
    return MediaError("engine-unusable", f"{what}: {first}run `npm run bootstrap`")
