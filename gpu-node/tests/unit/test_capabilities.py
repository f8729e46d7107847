"""Which engine a node gets."""

import pytest

from gpu_node.executor.capabilities import Capabilities, Unavailable
from gpu_node.handlers.registry import load_registry

ROWS = [
    {"name": "kokoro", "available": True, "voices": [{"name": "af_heart"}]},
    {"name": "hibari", "available": True, "voices": [{"name": "heart"}]},
    {"name": "flite", "available": False, "voices": [{"name": "slt"}], "reason": "it is not here"},
    {"name": "kokoro_match", "available": True, "takes_clips": True},
]


@pytest.fixture(scope="module")
def capabilities() -> Capabilities:
    probed = {"synthesize_speech": {"engines": ROWS}}
    return Capabilities.of(load_registry(""), probed)


@pytest.mark.parametrize(
    ("wanted", "voice", "given"),
    [
        ("auto", None, "kokoro"),
        ("auto", {"name": "heart"}, "hibari"),
        ("auto", {"name": "af_heart"}, "kokoro"),
        ("auto", {"name": "slt"}, "kokoro"),
        ("auto", {"name": "nobody"}, "kokoro"),
        ("auto", {"clip": {"key": "files/f"}, "consent": True}, "kokoro_match"),
        ("hibari", {"name": "af_heart"}, "hibari"),
        ("hibari", {"clip": {"key": "files/f"}, "consent": True}, "hibari"),
    ],
)
def test_auto_prefers_the_engine_that_has_the_voice(
    capabilities: Capabilities, wanted: str, voice: dict[str, object] | None, given: str
) -> None:
    assert capabilities.engine_for("synthesize_speech", wanted, voice) == given


def test_an_engine_that_is_not_here_is_refused(capabilities: Capabilities) -> None:
    with pytest.raises(Unavailable, match="it is not here"):
        capabilities.engine_for("synthesize_speech", "flite", {"name": "slt"})
