"""A handler context for tests: artifacts are files in one folder, nothing is uploaded."""

import hashlib
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Workshop:
    """Runs handlers one after the other, as the executor would, and keeps what they say."""

    def __init__(self, folder: Path, models_dir: Path) -> None:
        self.run_id, self.task_id, self.node_id, self.attempt = "run_s0_t", "task_s0_t", "node", 1
        self.engine = ""
        self.models_dir = models_dir
        self.settings: dict[str, Any] = {}
        self.cache_dir: Path | None = folder / "cache"
        self.owner = "default"
        self.work_dir = folder
        self.progressed: list[tuple[float, float, str]] = []
        self.previews: list[bytes] = []
        self.lines: list[str] = []
        self.fields: list[dict[str, Any]] = []
        self.canceled_by: BaseException | None = None
        self._folder = folder
        self._artifacts = 0

    def using(self, engine: str) -> "Workshop":
        """The same context for the next handler."""
        self.engine = engine
        self.work_dir = self._folder / f"work-{self._artifacts}-{engine}"
        self.work_dir.mkdir(exist_ok=True)
        return self

    def given(self, source: Path, media_type: str) -> dict[str, Any]:
        """A file as an input artifact."""
        return self.put(source, media_type=media_type, name=source.name, meta={})

    def path(self, ref: Any) -> Path:
        artifact_id = ref["artifact_id"] if isinstance(ref, Mapping) else ref.artifact_id
        return self._folder / artifact_id

    def put(
        self, path: Path, *, media_type: str, name: str, meta: Mapping[str, Any]
    ) -> dict[str, Any]:
        self._artifacts += 1
        artifact_id = f"art_s0_{self._artifacts}"
        shutil.copyfile(path, self._folder / artifact_id)
        data = path.read_bytes()
        return {
            "artifact_id": artifact_id,
            "key": f"runs/{self.run_id}/{artifact_id}",
            "media_type": media_type,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "name": name,
            "meta": dict(meta),
        }

    def progress(self, done: float, total: float, unit: str) -> None:
        self.progressed.append((done, total, unit))

    def preview(self, data: bytes, media_type: str) -> None:
        assert media_type == "image/jpeg"
        self.previews.append(data)

    def log(self, level: str, message: str, **fields: Any) -> None:
        self.lines.append(f"{level}: {message}")
        self.fields.append(fields)

    def long_work(self) -> None:
        self.check_canceled()

    def elapsed(self) -> float:
        return time.monotonic()

    def check_canceled(self) -> None:
        if self.canceled_by:
            raise self.canceled_by
