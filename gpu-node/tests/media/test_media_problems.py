"""The media package's refusals become the problems that clients know."""

from typing import get_args

import pytest

from gpu_node.contracts.problem_types import PROBLEM_TYPES
from gpu_node.errors import PermanentError
from gpu_node.handlers.media_problems import given
from mediakit.errors import Kind, MediaError


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_refusal_is_a_known_problem(kind: Kind) -> None:
    with pytest.raises(PermanentError) as caught, given("/inputs/thing"):
        raise MediaError(kind, "what is wrong", measured=3, limit=2)
    assert caught.value.code in PROBLEM_TYPES
    assert caught.value.detail == "what is wrong"
    named = {} if kind.startswith("engine") else {"pointer": "/inputs/thing"}
    assert caught.value.extensions == {"measured": 3, "limit": 2, **named}


def test_the_innermost_input_is_named() -> None:
    with pytest.raises(PermanentError) as caught, given("/inputs/text"), given("/inputs/voice"):
        raise MediaError("unreadable-sound", "silence")
    assert caught.value.extensions["pointer"] == "/inputs/voice"


def test_no_other_failure_is_touched() -> None:
    with pytest.raises(KeyError), given("/inputs/text"):
        raise KeyError("a mistake of ours")
