"""Every example of the contract, through the gate and the models."""

import json
from pathlib import Path
from typing import Any

import pytest
from contracts.verdicts import Verdicts

_FOLDER = Path(__file__).parents[3] / "schemas" / "examples"
_WANTED = {"valid": "accepted", "invalid": "refused"}
_verdicts = Verdicts()


def _title(name: str) -> str:
    """The type's title, of which the name is the kebab-case form."""
    return "".join(word.capitalize() for word in name.split("-"))


def _one_each() -> list[Any]:
    """`<type>/valid/<name>.json`."""
    return [
        pytest.param(
            _title(path.parts[-3]),
            _WANTED[path.parts[-2]],
            json.loads(path.read_text("utf-8")),
            id="/".join(path.parts[-3:]),
        )
        for path in sorted(_FOLDER.glob("*/*valid/*.json"))
    ]


def _of_node_types() -> list[Any]:
    """`nodes/<node_type>.json`, by part and kind."""
    return [
        pytest.param(
            _title(f"{path.stem.replace('_', '-')}-{part}"),
            wanted,
            value,
            id=f"nodes/{path.stem}/{part}/{kind}/{index}",
        )
        for path in sorted(_FOLDER.glob("nodes/*.json"))
        for part, kinds in json.loads(path.read_text("utf-8")).items()
        for kind, wanted in _WANTED.items()
        for index, value in enumerate(kinds[kind])
    ]


_EXAMPLES = [*_one_each(), *_of_node_types()]


def test_there_are_examples() -> None:
    assert len(_EXAMPLES) > 400


@pytest.mark.parametrize(("title", "wanted", "value"), _EXAMPLES)
def test_example_is_judged_as_it_says(title: str, wanted: str, value: Any) -> None:
    assert _verdicts.of(title, value) == wanted
