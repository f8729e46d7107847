"""The wire gate: nothing from outside is looked at before it fits its schema.

jsonschema-rs reads the same schema files as the gateway's validators, so both planes accept and
refuse the same; the Pydantic models are the typed view of what has passed.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any, cast

from jsonschema_rs import Draft202012Validator, Registry, ValidationError

from gpu_node.contracts.models import FieldError
from gpu_node.contracts.schema_index import FILES, NODE_TYPE_SCHEMAS, SCHEMA_REFS

Check = Callable[[object], list[FieldError]]

# Bounds of `errors` in problem.schema.json.
_MAX_ERRORS = 100
_MAX_POINTER = 500
_MAX_DETAIL = 1000


class Gate:
    """Compiles each schema once, when it is first asked for."""

    def __init__(self) -> None:
        folder = files("gpu_node.contracts") / "schemas"
        schemas = [json.loads((folder / path).read_text("utf-8")) for path in FILES]
        self._registry = Registry([(schema["$id"], schema) for schema in schemas])
        self._validators: dict[str, Draft202012Validator] = {}

    def check(self, name: str, value: object) -> list[FieldError]:
        """What is wrong with a value of the type `name`, e.g. `task`; nothing = it fits.

        Raises KeyError for a name that is not in the contract.
        """
        validator = self._validators.get(name)
        if validator is None:
            validator = self._compile({"$ref": SCHEMA_REFS[name]})
            self._validators[name] = validator
        return errors_of(validator, value)

    def node_params(self, node_type: str) -> Check:
        """The check of a node type's params. Raises KeyError for an unknown type."""
        return self._part(node_type, "params")

    def node_inputs(self, node_type: str) -> Check:
        """The check of a node type's inputs. Raises KeyError for an unknown type."""
        return self._part(node_type, "inputs")

    def node_outputs(self, node_type: str) -> Check:
        """The check of a node type's outputs. Raises KeyError for an unknown type."""
        return self._part(node_type, "outputs")

    def compile(self, schema: Mapping[str, Any]) -> Check:
        """The check of a schema that an extension brings; it may refer to ours by `$id`."""
        validator = self._compile(schema)
        return lambda value: errors_of(validator, value)

    def _part(self, node_type: str, part: str) -> Check:
        name = NODE_TYPE_SCHEMAS[node_type][part]
        return lambda value: self.check(name, value)

    def _compile(self, schema: Mapping[str, Any]) -> Draft202012Validator:
        # Messages must not repeat the data: they end in logs and in answers.
        return Draft202012Validator(dict(schema), registry=self._registry, mask="the value")


def errors_of(validator: Draft202012Validator, value: object) -> list[FieldError]:
    """All errors of a value, or none. What is not JSON at all is one error at the root."""
    try:
        if validator.is_valid(value):
            return []
        found = [error for raw in validator.iter_errors(value) for error in _closest(raw)]
    except (ValueError, TypeError) as error:
        return [FieldError(pointer="", detail=f"not JSON: {error}"[:_MAX_DETAIL])]
    return [_field_error(error) for error in found[:_MAX_ERRORS]]


def _closest(error: ValidationError) -> Iterable[ValidationError]:
    """For a union the errors of the one member that was meant; else the error itself."""
    members = cast("list[list[ValidationError]]", getattr(error.kind, "context", []))
    meant = [member for member in members if not any(_rules_out(error, inner) for inner in member)]
    if len(meant) != 1:
        return [error]
    return [closer for inner in meant[0] for closer in _closest(inner)]


def _rules_out(union: ValidationError, inner: ValidationError) -> bool:
    """Another tag, or another type altogether: this member was not meant."""
    kind = inner.kind.name
    return kind == "const" or (kind == "type" and inner.instance_path == union.instance_path)


def _field_error(error: ValidationError) -> FieldError:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in error.instance_path)
    pointer = "".join(f"/{step}" for step in steps)
    return FieldError(pointer=pointer[:_MAX_POINTER], detail=error.message[:_MAX_DETAIL])
