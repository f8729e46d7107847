"""How handler processes are made."""

from collections.abc import Mapping
from dataclasses import dataclass

from gpu_node.children.limits import Limits
from gpu_node.children.memory import MOST_BYTES


@dataclass(frozen=True, slots=True)
class ChildSettings:
    """They get no credentials: what a handler needs comes with its call."""

    extensions: str
    environment: Mapping[str, str]
    limits: Limits
    patience_s: float
    """Silence of the parent after which a busy child ends itself."""
    most_bytes: int = MOST_BYTES
    """Memory that an idle child may hold."""
