"""Which engines this gpu-node has, as announced and as tasks ask for them; capabilities.ts is its
twin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gpu_node.handlers.registry import Registry

AUTO = "auto"


class Unavailable(Exception):
    """The engine cannot be used here; the message says why, for a person."""


@dataclass(frozen=True)
class Capabilities:
    """Rows of EngineCapability (executor.schema.json) by node type, and why a type has none."""

    registry: Registry
    engines: Mapping[str, list[dict[str, Any]]]
    reasons: Mapping[str, str]
    checks: frozenset[str]
    """Types whose handlers have a check."""

    @classmethod
    def of(cls, registry: Registry, probed: Mapping[str, Any]) -> "Capabilities":
        """What a child has found."""
        return cls(
            registry=registry,
            engines={name: row["engines"] for name, row in probed.items()},
            reasons={name: row["reason"] for name, row in probed.items() if "reason" in row},
            checks=frozenset(name for name, row in probed.items() if row.get("checks")),
        )

    def engine_for(self, node_type: str, wanted: str, voice: Mapping[str, Any] | None) -> str:
        """The engine that a node gets; raises Unavailable.

        With `auto` an engine is preferred that has the voice, or takes the clip, that is asked for.
        """
        rows = {row["name"]: row for row in self.engines.get(node_type, [])}
        names = self.registry.node_types[node_type].engines if wanted == AUTO else (wanted,)
        here = [name for name in names if name in rows and rows[name]["available"]]
        for name in here:
            if voice and _speaks(rows[name], voice):
                return name
        if here:
            return here[0]
        whys = [
            f"{name}: {rows[name].get('reason', 'not available')}" for name in names if name in rows
        ]
        why = (
            self.reasons.get(node_type)
            or "; ".join(whys)
            or f"{', '.join(names)} is not known here"
        )
        raise Unavailable(f"no engine for {node_type}: {why}"[:1000])

    def rows(self) -> list[dict[str, Any]]:
        """`node_types` of the announcement."""
        return [
            {
                "type": name,
                "schema_digest": node_type.schema_digest,
                "engines": self.engines.get(name, []),
            }
            for name, node_type in self.registry.node_types.items()
        ]


def _speaks(row: Mapping[str, Any], voice: Mapping[str, Any]) -> bool:
    """Whether an engine has a voice (Voice in types.schema.json)."""
    if "clip" in voice:
        return bool(row.get("takes_clips"))
    return voice.get("name") in (offered["name"] for offered in row.get("voices", []))
