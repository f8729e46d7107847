"""What a handler may do with its context."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

from gpu_node.errors import Canceled, PermanentError
from gpu_node.handlers.run_context import MAX_PREVIEW_BYTES, Call, RunContext

Notes = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def notes() -> Notes:
    return []


@pytest.fixture
def canceled() -> threading.Event:
    return threading.Event()


@pytest.fixture
def context(tmp_path: Path, notes: Notes, canceled: threading.Event) -> RunContext:
    call = Call(
        run_id="run_s0_1",
        task_id="task_s0_1",
        shard="s0",
        node_id="a",
        attempt=1,
        type="t",
        engine="e",
        work_dir=str(tmp_path / "work"),
        models_dir=str(tmp_path / "models"),
        settings={},
        cache_dir=str(tmp_path / "cache"),
        owner="default",
        params={},
        inputs={},
        paths={"files/f": str(tmp_path / "f")},
    )
    return RunContext(
        call, lambda kind, data: notes.append((kind, data)), canceled, elapsed=lambda: 0.0
    )


@pytest.mark.parametrize(
    ("settings", "marked"),
    [({}, True), ({"visible_mark": True}, True), ({"visible_mark": False}, False)],
)
def test_the_mark_is_asked_for_as_handlers_always_could(
    context: RunContext, settings: dict[str, Any], marked: bool
) -> None:
    context.settings = settings
    assert context.visible_mark is marked


def put(context: RunContext, path: Path, name: str = "x.txt") -> dict[str, Any]:
    return context.put(path, media_type="text/plain", name=name, meta={"count": 1})


def test_puts_a_file_of_its_directory(context: RunContext) -> None:
    path = context.work_dir / "x"
    path.write_bytes(b"hello")
    ref = put(context, path, "my file/ü.txt")
    assert ref["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert ref["size"] == 5
    assert ref["key"] == f"runs/run_s0_1/task_s0_1/{ref['sha256']}/my_file_.txt"
    assert context.staged == [(str(path.resolve()), ref)]


@pytest.mark.parametrize("where", ["../outside", "link"])
def test_puts_nothing_from_elsewhere(context: RunContext, tmp_path: Path, where: str) -> None:
    (tmp_path / "outside").write_text("secret")
    (context.work_dir / "link").symlink_to(tmp_path / "outside")
    with pytest.raises(PermanentError, match="invalid-output"):
        put(context, context.work_dir / where)


def test_reads_only_its_inputs(context: RunContext, tmp_path: Path) -> None:
    assert context.path({"key": "files/f"}) == tmp_path / "f"
    with pytest.raises(PermanentError):
        context.path({"key": "files/other"})


def test_makes_its_directory_when_it_is_first_asked_for(
    context: RunContext, tmp_path: Path
) -> None:
    assert not (tmp_path / "work").exists()
    assert context.work_dir.is_dir()


def test_hears_that_nobody_wants_the_result(context: RunContext, canceled: threading.Event) -> None:
    context.check_canceled()
    canceled.set()
    with pytest.raises(Canceled):
        context.check_canceled()


def test_notes_keep_to_their_limits(context: RunContext, notes: Notes) -> None:
    context.progress(-1, 5, "u" * 100)
    context.log("shout", "m" * 9000, field=1)
    context.preview(b"x" * (MAX_PREVIEW_BYTES + 1), "image/png")
    context.preview(b"x" * MAX_PREVIEW_BYTES, "image/png")
    kinds = [kind for kind, _ in notes]
    assert kinds == ["progress", "log", "preview"]
    assert notes[0][1] == {"done": 0, "total": 5, "unit": "u" * 32}
    assert (notes[1][1]["level"], len(notes[1][1]["message"])) == ("info", 4000)
    assert len(notes[2][1]["base64"]) <= 65536
