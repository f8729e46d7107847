"""What is wrong with given media, or with this machine, in this package's own words: who uses it
says to others whose fault that is."""

from typing import Literal

Kind = Literal[
    "text-empty",
    "text-too-long",
    "language-unsupported",
    "unreadable-picture",
    "picture-too-large",
    "no-face",
    "unreadable-film",
    "unreadable-sound",
    "unfit-clip",
    "engine-unusable",
    "engine-failed",
]
"""The first ones are about what was given, those of an `engine` about the machine."""


class MediaError(Exception):
    """A refusal: its kind, a detail that a person can act on, and what was measured."""

    def __init__(self, kind: Kind, detail: str, **facts: str | float) -> None:
        super().__init__(kind, detail)
        self.kind: Kind = kind
        self.detail = detail
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"
