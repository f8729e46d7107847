"""The context that handlers get: local files, staging of outputs, notes, cancellation."""

import base64
import hashlib
import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ulid import ULID

from gpu_node.contracts.keys import object_key_artifact, object_name
from gpu_node.contracts.wire import EXECUTOR
from gpu_node.errors import Canceled, PermanentError
from gpu_node.handlers.outputs import to_json
from gpu_node.handlers.plain_json import MAX_INTEGER, clean_text

MAX_PREVIEW_BYTES = 49_000  # 65,536 characters as base64, see NodePreviewData in event.schema.json

Emit = Callable[[str, dict[str, Any]], None]
"""Takes the kind of a note (`progress`, `preview`, `log`) and its data."""


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at one node as it is handed to whoever runs the handler; plain JSON on the
    way to a child."""

    run_id: str
    task_id: str
    shard: str
    node_id: str
    attempt: int
    type: str
    engine: str
    work_dir: str
    models_dir: str
    settings: Mapping[str, Any]
    cache_dir: str | None
    owner: str
    params: Mapping[str, Any]
    inputs: Mapping[str, Any]
    paths: Mapping[str, str]
    """Object key -> local file of each artifact among the inputs."""
    traceparent: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The call as a message carries it."""
        return asdict(self)


class RunContext:
    """A HandlerContext; `staged` is what the handler has put, to be uploaded after it."""

    def __init__(
        self,
        call: Call,
        emit: Emit,
        canceled: threading.Event,
        wait_turn: Callable[[], None] = lambda: None,
        *,
        elapsed: Callable[[], float],
    ) -> None:
        """`wait_turn` returns when long work may begin, or is no longer wanted; `elapsed` answers
        seconds from any beginning."""
        self.elapsed = elapsed
        self.run_id = call.run_id
        self.task_id = call.task_id
        self.node_id = call.node_id
        self.attempt = call.attempt
        self.engine = call.engine
        self.traceparent = call.traceparent
        self.models_dir = Path(call.models_dir)
        self.settings = call.settings
        self.cache_dir = None if call.cache_dir is None else Path(call.cache_dir)
        self.owner = call.owner
        self.staged: list[tuple[str, dict[str, Any]]] = []
        self._call = call
        self._emit = emit
        self._canceled = canceled
        self._wait_turn = wait_turn
        self._is_long = False
        self._work_dir = Path(call.work_dir)

    @property
    def work_dir(self) -> Path:
        """Private directory of this attempt, made when it is first asked for."""
        self._work_dir.mkdir(parents=True, exist_ok=True)
        return self._work_dir

    @property
    def visible_mark(self) -> bool:
        """Whether pictures of a film say that it is generated; without a word of the owner they
        do. For handlers from before there were `settings`."""
        return bool(self.settings.get("visible_mark", True))

    def path(self, ref: Any) -> Path:
        """Local file of an input artifact; its digest has been checked."""
        key: str = ref["key"] if isinstance(ref, Mapping) else ref.key
        try:
            return Path(self._call.paths[key])
        except KeyError as error:
            raise PermanentError("handler-failed", f"{key} is not among the inputs.") from error

    def put(
        self, path: Path, *, media_type: str, name: str, meta: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Stage a file of the work directory; it must not change afterwards."""
        resolved = path.resolve()
        if not resolved.is_relative_to(self.work_dir.resolve()):
            raise PermanentError("invalid-output", f"{name} lies outside the task's directory.")
        with resolved.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        call = self._call
        ref = {
            "artifact_id": f"art_{call.shard}_{ULID()}",
            "key": object_key_artifact(call.run_id, call.task_id, sha256, object_name(name)),
            "media_type": media_type,
            "size": size,
            "sha256": sha256,
            "name": name,
            "meta": dict(meta),
        }
        ref = to_json(ref, "/outputs")
        self.staged.append((str(resolved), ref))
        return ref

    def progress(self, done: float, total: float, unit: str) -> None:
        """Say how far the work is."""
        if math.isfinite(done) and math.isfinite(total):
            shown = {
                "done": min(max(0, done), MAX_INTEGER),
                "total": min(max(0, total), MAX_INTEGER),
            }
            self._emit(
                "progress", {**shown, "unit": clean_text(unit)[: EXECUTOR["unit_characters"]]}
            )

    def preview(self, data: bytes, media_type: str) -> None:
        """Show a small picture or a curve; one that is too large is left out."""
        if len(data) <= MAX_PREVIEW_BYTES:
            text = base64.b64encode(data).decode()
            self._emit("preview", {"media_type": media_type, "base64": text})

    def log(self, level: str, message: str, **fields: Any) -> None:
        """Write a line to the run's log, the fields behind the message."""
        shown = {"warning": "warn"}.get(level, level)
        level = shown if shown in ("debug", "info", "warn", "error") else "info"
        pairs = "".join(f" {name}={value}" for name, value in fields.items())
        told = clean_text(message + pairs)[: EXECUTOR["log_characters"]]
        self._emit("log", {"level": level, "message": told})

    def long_work(self) -> None:
        """Say that what follows takes long; returns when it may begin."""
        if not self._is_long:
            self._is_long = True
            self._wait_turn()
        self.check_canceled()

    def check_canceled(self) -> None:
        """Raise `Canceled` if the run no longer wants the result."""
        if self._canceled.is_set():
            raise Canceled("canceled", "The run no longer wants the result.")
