"""How handler processes are made."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from gpu_node.children.limits import Limits
from gpu_node.children.memory import MOST_BYTES
from gpu_node.engines.table import ENGINES


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
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """For those who ask engines; a call brings them itself."""
    engines: Collection[str] = ENGINES
    """Names that there are."""
