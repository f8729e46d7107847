"""A pattern that is slow on a long run turns the check red, in each language."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPTS = Path(__file__).parents[2] / "scripts"
sys.path.insert(0, str(_SCRIPTS))

from slow_patterns import reasons  # noqa: E402

_SLOW = [
    r"\s+$", r"\s*\n\s*", r"\d+(?=x)", r"<!--.*?-->", r"^(a+)+$", r"(x+x+)+y", r"^a*a*b", r"a+b",
    r"^[ \t]*(>+|[-= ]{3,}$)", r"(?=[a-z]*\d)x", r"(\w+)\s*=\s*(\w+)$", r"\w*[_/]\S*", r"(?:ab*)*$",
]  # fmt: skip
_QUICK = [
    r"\w+", r"(?<!\s)\s+$", r"^\s+$", r"(?<!\d)\d+x", r"\ba+b", r"a{1,200}b", r"[.!?][)\"]*$",
    r"\[(?=[0-9a-f.]*:)[0-9a-f:.]*\]", r"^[a-z]+_[0-9]+$", r"(?<=\w)\s*=\s*",
]  # fmt: skip


@pytest.mark.parametrize("pattern", _SLOW)
def test_a_slow_pattern_is_found(pattern: str) -> None:
    assert reasons(pattern)


@pytest.mark.parametrize("pattern", _QUICK)
def test_a_quick_pattern_is_let_through(pattern: str) -> None:
    assert reasons(pattern) == []


def test_a_pattern_that_is_tried_at_one_place_may_begin_with_a_run() -> None:
    assert reasons(r"\s+x", anchored=True) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bad.py", 'import re\n_PART = r"\\s+"\nBAD = re.compile(rf"{_PART}$")\n'),
        ("bad.ts", "export const first = 1;\n\nexport const BAD = /\\s+$/u;\n"),
        ("bad.schema.json", json.dumps({"properties": {"a": {"pattern": "\\s+$"}}})),
    ],
)
def test_the_check_is_red(tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    check = [sys.executable, str(_SCRIPTS / "check_patterns.py"), str(file)]
    said = subprocess.run(check, capture_output=True, text=True)
    assert said.returncode == 1
    assert f"{name}" in said.stdout
    assert "1 slow" in said.stdout
