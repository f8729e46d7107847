"""Every example of the contract, through the gate and the models."""

import json
from pathlib import Path

import pytest
from contracts.verdicts import Verdicts

_FOLDER = Path(__file__).parents[3] / "schemas" / "examples"
_EXAMPLES = sorted(_FOLDER.glob("*/*valid/*.json"))
_verdicts = Verdicts()


def _title(path: Path) -> str:
    """The type's title, of which the folder's name is the kebab-case form."""
    return "".join(word.capitalize() for word in path.parts[-3].split("-"))


def test_there_are_examples() -> None:
    assert len(_EXAMPLES) > 400


@pytest.mark.parametrize("path", _EXAMPLES, ids=lambda path: "/".join(path.parts[-3:]))
def test_example_is_judged_as_its_folder_says(path: Path) -> None:
    value = json.loads(path.read_text("utf-8"))
    wanted = {"valid": "accepted", "invalid": "refused"}[path.parts[-2]]
    assert _verdicts.of(_title(path), value) == wanted
