"""Says the media package's refusals as problems of the wire: the one place that knows both."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from gpu_node.errors import (
    BadImage,
    BadMedia,
    BadText,
    EngineUnavailable,
    NoFace,
    PermanentError,
)
from mediakit.errors import Kind, MediaError


@dataclass(frozen=True)
class _Problem:
    code: str
    error: type[PermanentError]
    is_about_input: bool = True
    """Whether it names the input at fault."""


_PROBLEMS: Mapping[Kind, _Problem] = {
    "text-empty": _Problem("text-empty", BadText),
    "text-too-long": _Problem("text-too-long", BadText),
    "language-unsupported": _Problem("language-unsupported", BadText),
    "unreadable-picture": _Problem("invalid-image", BadImage),
    "picture-too-large": _Problem("image-too-large", BadImage),
    "no-face": _Problem("no-face", NoFace),
    "unreadable-film": _Problem("invalid-video", BadMedia),
    "unreadable-sound": _Problem("invalid-audio", BadMedia),
    "unfit-clip": _Problem("unfit-voice-clip", BadMedia),
    "engine-unusable": _Problem("engine-unavailable", EngineUnavailable, is_about_input=False),
    "engine-failed": _Problem("handler-failed", BadMedia, is_about_input=False),
}


@contextmanager
def given(pointer: str) -> Generator[None, None, None]:
    """What is refused inside was given at `pointer`; the innermost `given` counts."""
    try:
        yield
    except MediaError as refusal:
        raise _said(refusal, pointer) from refusal


def _said(refusal: MediaError, pointer: str) -> PermanentError:
    problem = _PROBLEMS[refusal.kind]
    about: dict[str, Any] = dict(refusal.facts)
    if problem.is_about_input:
        about["pointer"] = pointer
    return problem.error(problem.code, refusal.detail, **about)
