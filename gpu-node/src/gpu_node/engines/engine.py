"""How an engine announces itself."""

from dataclasses import dataclass, field
from typing import TypedDict


class Voice(TypedDict):
    """A voice that a speech engine offers."""

    name: str
    language: str
    sex: str


@dataclass(frozen=True)
class Engine:
    """One way of doing a node type's work, and whether this machine can."""

    name: str
    available: bool
    license: str
    """Licence class of engine and weights, for example `Apache-2.0`."""
    reason: str | None = None
    """Why it is not available, for a person."""
    voices: list[Voice] | None = None
    takes_clips: bool = False
    """Whether its voice can resemble that of a clip."""
    models: list[str] = field(default_factory=list[str])
