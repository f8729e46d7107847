"""Narrations last as long as the script writer was asked for (its own tests read the same file)."""

import json
from pathlib import Path

import pytest
from media.film import speak
from media.workshop import Workshop

SPOKEN = (
    Path(__file__).parents[3] / "gateway" / "src" / "handlers" / "generate-script" / "spoken.json"
)
"""Narrations with the length that was wanted and the one that was measured."""


@pytest.mark.parametrize("told", json.loads(SPOKEN.read_text(encoding="utf-8"))[:8])
def test_speech_lasts_as_long_as_was_measured(workshop: Workshop, told: dict) -> None:
    lasts = speak(workshop, told["text"])["audio"]["meta"]["duration_s"]
    assert lasts == pytest.approx(told["seconds"], rel=0.03)
    assert lasts == pytest.approx(told["wanted_s"], rel=0.1)
