"""Which engines this gpu-node has, as they were last seen, announced, and asked for by tasks;
capabilities.ts is its twin."""

from collections.abc import Mapping
from typing import Any

from gpu_node.contracts.node_types import NodeType
from gpu_node.handlers.registry import Registry

AUTO = "auto"


class NeverHere(Exception):
    """The node type has no such engine, or its handler cannot even be asked; the message says so,
    for a person."""


class Unavailable(Exception):
    """The engine cannot be used here now; the message says why, for a person."""


class Capabilities:
    """Rows of EngineCapability (executor.schema.json) by node type."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._engines: dict[str, list[dict[str, Any]]] = {}
        self._reasons: dict[str, str] = {}
        self._checked: set[str] = set()

    def learn(self, probed: Mapping[str, Any]) -> list[str]:
        """What children have found; answers the types of which something has changed."""
        changed: list[str] = []
        for name, found in probed.items():
            rows: list[dict[str, Any]] = found["engines"]
            if self._engines.get(name) != rows:
                changed.append(name)
            self._engines[name] = rows
            self._reasons.pop(name, None)
            if "reason" in found:
                self._reasons[name] = found["reason"]
            if found.get("checks"):
                self._checked.add(name)
        return changed

    def has_check(self, node_type: str) -> bool:
        """Whether its handler judges inputs before a task begins."""
        return node_type in self._checked

    def engine_for(self, node_type: str, wanted: str, inputs: Mapping[str, Any]) -> str:
        """The engine that a node gets; raises NeverHere, Unavailable.

        inputs: those whose values are known. With `auto` an engine is preferred that offers what
        they ask for.
        """
        about = self.registry.node_types[node_type]
        if node_type in self._reasons:
            raise NeverHere(f"no engine for {node_type}: {self._reasons[node_type]}"[:1000])
        if wanted != AUTO and wanted not in about.engines:
            raise NeverHere(f"no engine for {node_type}: {wanted} is not known here"[:1000])
        rows = {row["name"]: row for row in self._engines.get(node_type, [])}
        names = about.engines if wanted == AUTO else (wanted,)
        here = [name for name in names if name in rows and rows[name]["available"]]
        if here:
            return next((name for name in here if _offers(rows[name], about, inputs)), here[0])
        whys = [f"{n}: {rows.get(n, {}).get('reason', 'it is not here')}" for n in names]
        raise Unavailable(f"no engine for {node_type}: {'; '.join(whys)}"[:1000])

    def rows(self) -> list[dict[str, Any]]:
        """`node_types` of the announcement."""
        return [
            {
                "type": name,
                "schema_digest": node_type.schema_digest,
                "engines": self._engines.get(name, []),
            }
            for name, node_type in self.registry.node_types.items()
        ]


def _offers(row: Mapping[str, Any], about: NodeType, inputs: Mapping[str, Any]) -> bool:
    """Whether an engine offers what inputs ask for; where none asks, none offers it."""
    offered = {**row, **row.get("offers", {})}
    asked = [
        (offered.get(offer), value)
        for name, port in about.inputs.items()
        if port.chooses_engine and name in inputs
        for offer, value in _asked(port.chooses_engine, inputs[name])
    ]
    return bool(asked) and all(_has(offer, value) for offer, value in asked)


def _asked(chooses: str | Mapping[str, str], value: Any) -> list[tuple[str, Any]]:
    """Names of offers, and what they must have: the value itself, or those of its fields."""
    if isinstance(chooses, str):
        return [(chooses, value)]
    fields: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    return [(offer, fields[field]) for field, offer in chooses.items() if field in fields]


def _has(offer: Any, value: Any) -> bool:
    """A list has names, or things with names; what is no list is there or not."""
    if not isinstance(offer, list):
        return bool(offer)
    items: list[Any] = offer
    return value in [item["name"] if isinstance(item, Mapping) else item for item in items]
