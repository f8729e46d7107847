"""Checks what goes into and comes out of a node, for the types of the contract and of
extensions."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gpu_node.contracts.models import FieldError
from gpu_node.contracts.node_types import Port
from gpu_node.contracts.schema_index import NODE_TYPE_SCHEMAS
from gpu_node.gate import Gate
from gpu_node.handlers.registry import Registry


class NodeChecks:
    """Types of an extension have no schema file: their ports are checked by name and type, their
    params by what their handler says of them."""

    def __init__(self, gate: Gate, registry: Registry) -> None:
        self._gate = gate
        self._registry = registry
        schemas = {name: registry.params_schema(name) for name in registry.node_types}
        self._params = {name: gate.compile(schema) for name, schema in schemas.items() if schema}

    def params(self, node_type: str, value: Mapping[str, Any]) -> list[FieldError]:
        """What is wrong with a node's params."""
        if node_type in NODE_TYPE_SCHEMAS:
            return self._gate.node_params(node_type)(value)
        check = self._params.get(node_type)
        return check(value) if check else []

    def inputs(self, node_type: str, value: Mapping[str, Any]) -> list[FieldError]:
        """What is wrong with a node's input values."""
        ports = self._registry.node_types[node_type].inputs
        return self._check(node_type, self._gate.node_inputs, ports, value)

    def outputs(self, node_type: str, value: Mapping[str, Any]) -> list[FieldError]:
        """What is wrong with what a handler returned."""
        ports = self._registry.node_types[node_type].outputs
        return self._check(node_type, self._gate.node_outputs, ports, value)

    def _check(
        self,
        node_type: str,
        known: Callable[[str], Callable[[object], list[FieldError]]],
        ports: Mapping[str, Port],
        value: Mapping[str, Any],
    ) -> list[FieldError]:
        if node_type in NODE_TYPE_SCHEMAS:
            return known(node_type)(value)
        errors = [
            _error(name, "is missing")
            for name, p in ports.items()
            if p.required and name not in value
        ]
        for name, part in value.items():
            if name not in ports:
                errors.append(_error(name, "is not a known field"))
                continue
            for error in self._gate.check(_snake(ports[name].type), part):
                errors.append(FieldError(pointer=f"/{name}{error.pointer}", detail=error.detail))
        return errors


def _error(name: str, detail: str) -> FieldError:
    return FieldError(pointer=f"/{name[:100]}", detail=detail)


def _snake(title: str) -> str:
    """`VisemeTrack` -> `viseme_track`, the name by which the gate knows a type."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", title).lower()
