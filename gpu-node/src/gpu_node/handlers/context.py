"""What a handler may ask of whoever runs it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol


class HandlerContext(Protocol):
    """One attempt at one node: where to read and write, and whom to tell."""

    run_id: str
    task_id: str
    node_id: str
    attempt: int
    engine: str
    """Name of the engine to use; `auto` has been resolved. A handler that lets another engine of
    its type do the work sets it: the result says which engine made it."""
    traceparent: str | None
    """The attempt's span in the run's trace, for the header `traceparent` of what the handler
    asks; None where none is told."""
    work_dir: Path
    """Private directory of this attempt, removed afterwards."""
    models_dir: Path
    """Model files that the set-up has placed."""
    settings: Mapping[str, Any]
    """What the owner of the machine decides, by name; a handler says itself which it knows, and
    what holds without them."""
    cache_dir: Path | None
    """For what is worth keeping between runs; any of it may be gone, and the folder itself. None
    if nothing may be kept."""
    owner: str
    """Whose run it is. What is kept for one owner must not be found by another."""

    @property
    def visible_mark(self) -> bool:
        """Whether pictures of a film say that it is generated: the setting of that name."""
        ...

    def path(self, ref: Any) -> Path:
        """Local file of an input artifact, its digest checked."""
        ...

    def put(
        self, path: Path, *, media_type: str, name: str, meta: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Stage a file as an output artifact and return its reference; the upload follows."""
        ...

    def progress(self, done: float, total: float, unit: str) -> None:
        """Say how far the work is; may be called as often as wanted."""
        ...

    def preview(self, data: bytes, media_type: str) -> None:
        """Show a small picture of the work so far; or, as `application/json`, a curve of it, each
        time the whole: `{"title", "unit", "lines": [{"name", "points": [[x, y], ...]}]}`."""
        ...

    def log(self, level: str, message: str, **fields: Any) -> None:
        """Write a line to the run's log; `message` is a constant phrase."""
        ...

    def long_work(self) -> None:
        """Say that what follows takes long; returns when it may begin. Long work has places of its
        own, so that short work never waits behind it. The wait costs none of the node's time."""
        ...

    def elapsed(self) -> float:
        """Seconds from any beginning, which only grow."""
        ...

    def check_canceled(self) -> None:
        """Raise `Canceled` if the run no longer wants the result; call it often."""
        ...
