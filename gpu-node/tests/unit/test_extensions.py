"""Extensions are checked whole when they are loaded."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gpu_node.errors import CannotServe
from gpu_node.handlers.registry import load_registry

TYPE: dict[str, Any] = {
    "type": "shout",
    "plane": "python",
    "description": "Says it louder.",
    "timeout_s": 10,
    "engines": ["own"],
    "resources": {"cpu": 1, "gpu": 0, "vram_gb": 0},
    "schema_digest": "a" * 64,
    "inputs": {"text": {"type": "Text", "required": True}},
    "outputs": {"text": {"type": "Text", "required": True}},
}
HEAD = "from gpu_node.handlers.registry import HandlerSpec\n"
RUN = 'HandlerSpec("process", lambda params, inputs, context: inputs)'


@pytest.fixture(autouse=True)
def path_of_before() -> Iterator[None]:
    before = list(sys.path)
    yield
    sys.path[:] = before


def write(
    path: Path, types: Any = (TYPE,), handlers: str = f'{{"shout": {RUN}}}', more: str = ""
) -> Path:
    types = list(types) if isinstance(types, tuple) else types
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}{more}\nNODE_TYPES = {types!r}\nHANDLERS = {handlers}\n")
    return path


def test_several_files_and_folders_are_loaded_with_what_lies_beside_them(tmp_path: Path) -> None:
    one = write(tmp_path / "one.py")
    (tmp_path / "two" / "packages").mkdir(parents=True)
    (tmp_path / "two" / "beside.py").write_text("from own_need import LOUD")
    (tmp_path / "two" / "inside.py").write_text("QUIET = 'quiet'")
    (tmp_path / "two" / "packages" / "own_need.py").write_text("LOUD = 'loud'")
    more = "from beside import LOUD\nfrom .inside import QUIET\n"
    other = TYPE | {"type": "whisper", "engines": ["loud"]}
    write(tmp_path / "two" / "__init__.py", (other,), f'{{"whisper": {RUN}}}', more)
    registry = load_registry(f"{one}, {tmp_path / 'two'}")
    assert {"shout", "whisper"} <= set(registry.node_types)


@pytest.mark.parametrize(
    ("types", "handlers", "fault"),
    [
        ((TYPE | {"engines": None},), "", 'node type "shout": engines must be a list of names'),
        ((TYPE | {"plane": "gpu"},), "", 'node type "shout": plane must be "node" or "python"'),
        ((TYPE | {"timeout_s": "9"},), "", 'node type "shout": timeout_s must be a number above 0'),
        ((TYPE | {"schema_digest": ""},), "", 'node type "shout": schema_digest must be 64'),
        ((TYPE | {"inputs": {"a": {"type": "Pony"}}},), "", 'node type "shout": inputs must be'),
        ((TYPE | {"colour": "red"},), "", 'node type "shout": colour is not known'),
        (({"type": "Not A Name"},), "", "a node type needs a name in `type`"),
        ((3,), "", "a node type needs a name in `type`"),
        ("shout", "", "NODE_TYPES must be a list"),
        ((TYPE, TYPE), "", 'there is a node type "shout" already, from'),
        (
            (TYPE, TYPE | {"type": "align_speech"}),
            "",
            'type "align_speech" already, from MySpinBot',
        ),
        ((TYPE,), "{}", 'node type "shout" has no handler'),
        ((TYPE,), "[]", "HANDLERS must be a mapping"),
        (
            (TYPE,),
            '{"shout": HandlerSpec("process", print, params={"type": "pony"})}',
            'handler "shout": params must be a JSON schema',
        ),
        ((TYPE,), '{"shout": print}', 'handler "shout" must be a HandlerSpec'),
        ((), f'{{"shout": {RUN}}}', 'handler "shout" has no node type'),
        ((TYPE,), f'{{"align_speech": {RUN}}}', 'handler "align_speech" is shipped'),
        ((TYPE | {"plane": "node"},), "", 'its node type runs on the plane "node"'),
    ],
)
def test_what_is_wrong_is_said_with_file_and_name(
    tmp_path: Path, types: Any, handlers: str, fault: str
) -> None:
    file = write(tmp_path / "own.py", types, handlers or f'{{"shout": {RUN}}}')
    with pytest.raises(CannotServe) as refusal:
        load_registry(str(file))
    assert fault in str(refusal.value)
    assert f"{file}: " in str(refusal.value)


def test_a_file_that_cannot_be_loaded_is_named_with_all_other_faults(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text("import nothing_of_this_name")
    missing = tmp_path / "missing.py"
    own = write(tmp_path / "own.py", handlers="{}")
    with pytest.raises(CannotServe) as refusal:
        load_registry(f"{tmp_path / 'bad.py'},{missing},{own}")
    said = str(refusal.value)
    assert "bad.py: cannot be loaded: ModuleNotFoundError: No module named" in said
    assert f"{missing}: cannot be loaded: FileNotFoundError" in said
    assert 'node type "shout" has no handler' in said
