"""Which engine a node gets."""

import pytest

from gpu_node.contracts.node_types import NodeType, Port
from gpu_node.executor.capabilities import Capabilities, NeverHere, Unavailable
from gpu_node.handlers.registry import load_registry

ROWS = [
    {"name": "kokoro", "available": True, "voices": [{"name": "af_heart"}]},
    {"name": "hibari", "available": True, "voices": [{"name": "heart"}]},
    {"name": "flite", "available": False, "voices": [{"name": "slt"}], "reason": "it is not here"},
    {"name": "kokoro_match", "available": True, "takes_clips": True},
]


@pytest.fixture(scope="module")
def capabilities() -> Capabilities:
    known = Capabilities(load_registry(""))
    known.learn({"synthesize_speech": {"engines": ROWS}})
    return known


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
    assert (
        capabilities.engine_for(
            "synthesize_speech", wanted, {} if voice is None else {"voice": voice}
        )
        == given
    )


def test_an_engine_that_is_not_here_is_refused(capabilities: Capabilities) -> None:
    with pytest.raises(Unavailable, match="it is not here"):
        capabilities.engine_for("synthesize_speech", "flite", {"voice": {"name": "slt"}})


@pytest.mark.parametrize(
    ("chooses", "value", "given"),
    [
        ("models", "llama", "second"),
        ("models", "nobody", "first"),
        ({"model": "models", "sees": "pictures"}, {"model": "llama"}, "second"),
        ({"model": "models", "sees": "pictures"}, {"model": "llama", "sees": True}, "third"),
        ({"model": "models", "sees": "pictures"}, {"else": 1}, "first"),
        ({"size": "sizes"}, {"size": 7}, "third"),
        ({"model": "models"}, "no object", "first"),
        (None, "llama", "first"),
    ],
)
def test_any_input_may_choose_an_engine_by_what_it_offers(
    chooses: str | dict[str, str] | None, value: object, given: str
) -> None:
    registry = load_registry("")
    registry.node_types["made_up"] = NodeType(
        type="made_up",
        plane="python",
        description="",
        timeout_s=1,
        engines=("first", "second", "third"),
        resources={},
        schema_digest="",
        inputs={"a": Port("Json", True, chooses)},
        outputs={},
    )
    known = Capabilities(registry)
    rows = [
        {"name": "first", "available": True},
        {"name": "second", "available": True, "models": ["llama", "mistral"]},
        {
            "name": "third",
            "available": True,
            "models": ["llama"],
            "offers": {"pictures": True, "sizes": [7]},
        },
    ]
    known.learn({"made_up": {"engines": rows}})
    assert known.engine_for("made_up", "auto", {"a": value}) == given


def test_an_engine_that_the_type_does_not_know_is_another_matter(
    capabilities: Capabilities,
) -> None:
    with pytest.raises(NeverHere, match="choir is not known here"):
        capabilities.engine_for("synthesize_speech", "choir", {})
