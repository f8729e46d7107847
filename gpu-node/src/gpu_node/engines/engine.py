"""How an engine announces itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict


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
    voices: Sequence[Voice] | None = None
    takes_clips: bool = False
    """Whether its voice can resemble that of a clip."""
    models: Sequence[str] = field(default_factory=list[str])
    offers: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """What else an input may ask for, by a word that the node type's `x-chooses-engine` names."""

    def to_row(self) -> dict[str, Any]:
        """EngineCapability (executor.schema.json), without what is not there."""
        row = {
            "name": self.name,
            "available": self.available,
            "license": self.license,
            "models": list(self.models),
            "voices": list(self.voices or []),
            "reason": None if self.reason is None else self.reason[:500],
            "takes_clips": self.takes_clips or None,
            "offers": {offer: list(names) for offer, names in self.offers.items()},
        }
        return {name: value for name, value in row.items() if value not in (None, [], {})}
