"""Which handler does a node type's work, and where it runs."""

import importlib
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from gpu_node.contracts.node_types import NODE_TYPES, NodeType
from gpu_node.engines import table
from gpu_node.engines.engine import Engine
from gpu_node.errors import PermanentError
from gpu_node.handlers.extensions import load_extensions

Kind = Literal["process", "async"]
"""`process`: computes. `async`: a coroutine that waits for a service. Both run in a process of
their own; those that wait take no place from those that compute."""


@dataclass(frozen=True)
class HandlerSpec:
    """A handler of an extension. Without `engines` all engines of its type count as available;
    it may take `models_dir` and `settings` (of the context), and may be a coroutine.

    `check(params, inputs, context)` raises what is wrong with the inputs that are known so far.
    `params` is the JSON schema of the type's params; it may refer to ours by `$id`.
    """

    kind: Kind
    run: Callable[..., Any]
    engines: Callable[..., Any] | None = None
    check: Callable[..., None] | None = None
    params: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class _Module:
    """A handler of ours: a module with `run`, perhaps `check` and `engines`, imported where it
    runs only. Its folder's `__init__.py` is it, or else `<node_type>.py` in there."""

    kind: Kind
    node_type: str

    def load(self) -> Any:
        """The module itself."""
        folder = importlib.import_module(f"gpu_node.handlers.{self.node_type}")  # noqa: TID251
        if hasattr(folder, "run"):
            return folder
        return importlib.import_module(f"{folder.__name__}.{self.node_type}")  # noqa: TID251


_KINDS: Mapping[str, Kind] = {
    "synthesize_speech": "process",
    "choose_take": "process",
    "align_speech": "process",
    "prepare_portrait": "process",
    "animate_portrait": "process",
    "image_to_video": "process",
    "upscale_image": "process",
    "upscale_video": "process",
    "join_films": "process",
    "finish_video": "process",
}
"""Our node types; each has its folder beside this file."""

_TABLE = {name: _Module(kind, name) for name, kind in _KINDS.items()}


class Registry:
    """The python plane's node types with their handlers, those of an extension included."""

    def __init__(self, node_types: dict[str, NodeType], handlers: Mapping[str, Any]) -> None:
        self.node_types = node_types
        self._handlers = handlers
        self._runs: dict[str, Callable[..., Any]] = {}

    def kind(self, node_type: str) -> Kind:
        """Where the handler runs."""
        return self._handlers[node_type].kind

    def needs(self, node_type: str) -> Mapping[str, float]:
        """What its handler takes of the machine: who waits for a service needs no CPU of ours."""
        needs = self.node_types[node_type].resources
        return {**needs, "cpu": 0} if self.kind(node_type) == "async" else needs

    def run(self, node_type: str) -> Callable[..., Any]:
        """The handler itself, taking (params, inputs, context) as plain JSON; imports it if
        need be."""
        run = self._runs.get(node_type)
        if run is None:
            run = self._runs[node_type] = _typed(self._source(node_type).run)
        return run

    def params_schema(self, node_type: str) -> Mapping[str, Any] | None:
        """What an extension says of its type's params; ours are in the contract."""
        return getattr(self._handlers[node_type], "params", None)

    def check(self, node_type: str) -> Callable[..., Any] | None:
        """The handler's check, if it has one; it takes params and context as `run` does, but
        those inputs that are known as a plain mapping."""
        check = getattr(self._source(node_type), "check", None)
        return check and _with_params(check)

    def engines(
        self, node_type: str, models_dir: Path, settings: Mapping[str, Any] | None = None
    ) -> Any:
        """The type's engines (a list, or a coroutine that answers one) and whether this machine
        has them; imports the handler. One that does not say it itself has those of the engine
        table, or needs none."""
        engines = getattr(self._source(node_type), "engines", None)
        if engines:
            return _ask(engines, {"models_dir": models_dir, "settings": settings or {}})
        return [
            table.describe(name, models_dir)
            if name in table.ENGINES
            else Engine(name=name, available=True, license="unknown")
            for name in self.node_types[node_type].engines
        ]

    def _source(self, node_type: str) -> Any:
        """The module or spec of a handler."""
        handler = self._handlers[node_type]
        return handler.load() if isinstance(handler, _Module) else handler


def load_registry(extensions: str) -> Registry:
    """The registry of this process; `extensions` names Python files and folders, several with
    commas."""
    node_types = {
        name: node_type
        for name, node_type in NODE_TYPES.items()
        if node_type.plane == "python" and name in _TABLE
    }
    handlers: dict[str, Any] = {name: _TABLE[name] for name in node_types}
    own_types, own_handlers = load_extensions(extensions, _TABLE)
    node_types |= own_types
    handlers |= own_handlers
    return Registry({name: t for name, t in node_types.items() if name in handlers}, handlers)


def _ask(engines: Callable[..., Any], offered: Mapping[str, Any]) -> Any:
    """Whose model files lie outside their packages takes `models_dir`; who asks a service finds in
    `settings` where it is."""
    taken = inspect.signature(engines).parameters
    return engines(**{name: value for name, value in offered.items() if name in taken})


def _typed(run: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a handler its params and inputs as the models that its signature names."""
    hints = typing.get_type_hints(run)
    to_params = _model(hints.get("params"), "/params")
    to_inputs = _model(hints.get("inputs"), "/inputs")
    return lambda params, inputs, context: run(to_params(params), to_inputs(inputs), context)


def _with_params(check: Callable[..., Any]) -> Callable[..., Any]:
    """The same for params alone: some inputs are not known yet, so no model fits them."""
    to_params = _model(typing.get_type_hints(check).get("params"), "/params")
    return lambda params, inputs, context: check(to_params(params), inputs, context)


def _model(hint: Any, pointer: str) -> Callable[[Any], Any]:
    """Reads a value as the model of a hint; what does not fit is named by its place."""
    validate = getattr(hint, "model_validate", None)
    if validate is None:
        return lambda value: value

    def read(value: Any) -> Any:
        try:
            return validate(value)
        except ValidationError as error:
            errors = [
                {"pointer": "/".join([pointer, *map(str, row["loc"])]), "detail": row["msg"]}
                for row in error.errors(include_url=False, include_input=False)
            ]
            detail = f"The node's values do not fit: {errors[0]['pointer']} {errors[0]['detail']}"
            raise PermanentError("invalid-input", detail, errors=errors) from error

    return read
