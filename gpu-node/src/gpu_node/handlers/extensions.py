"""Loads the Python files of extensions and checks them whole: a fault that is noticed later would
hurt everybody who never asked for it."""

import dataclasses
import importlib.util
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from jsonschema_rs import meta

from gpu_node.contracts.node_types import NODE_TYPES, NodeType
from gpu_node.contracts.schema_index import SCHEMA_REFS
from gpu_node.errors import CannotServe

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_KINDS = ("process", "async")
_PACKAGES = "packages"
"""Folder beside an extension with what it needs, as `pip install --target` makes it."""

Rule = tuple[str, Callable[[Any], bool], str]


def load_extensions(
    paths: str, shipped: Mapping[str, Any]
) -> tuple[dict[str, NodeType], dict[str, Any]]:
    """Node types of the python plane and handlers of all files and folders that `paths` names,
    several with commas; raises CannotServe with all that is wrong with them."""
    files = [Path(path.strip()) for path in paths.split(",") if path.strip()]
    faults: list[str] = []
    modules: list[tuple[Path, ModuleType]] = []
    for file in files:
        try:
            modules.append((file, _load(file)))
        except Exception as error:
            faults.append(f"{file}: cannot be loaded: {type(error).__name__}: {error}")
    faults += _faults(modules, shipped)
    if faults:
        raise CannotServe("\n  ".join(["The extensions cannot be used:", *faults]))
    types: dict[str, NodeType] = {}
    handlers: dict[str, Any] = {}
    for _, module in modules:
        for fields in getattr(module, "NODE_TYPES", []):
            if fields["plane"] == "python":
                types[fields["type"]] = NodeType.from_dict(fields)
        handlers |= getattr(module, "HANDLERS", {})
    return types, handlers


def _load(path: Path) -> ModuleType:
    """A file, or a folder with `__init__.py`; what lies beside it can be imported by it."""
    entry = path / "__init__.py" if path.is_dir() else path
    folder = path if path.is_dir() else path.parent
    # Behind everything else, so that nothing of ours is replaced.
    for place in (folder / _PACKAGES, folder):
        if place.is_dir() and str(place.resolve()) not in sys.path:
            sys.path.append(str(place.resolve()))
    name = f"gpu_node_extension_{re.sub(r'[^A-Za-z0-9]', '_', str(path.resolve()))}"
    inside = [str(path)] if path.is_dir() else None
    spec = importlib.util.spec_from_file_location(name, entry, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _faults(modules: Sequence[tuple[Path, ModuleType]], shipped: Mapping[str, Any]) -> list[str]:
    """One sentence per fault, each with file and name."""
    faults: list[str] = []
    planes: dict[str, Any] = {}
    taken: dict[str, Path] = {}
    handled: dict[str, Path] = {}
    for file, module in modules:
        types = getattr(module, "NODE_TYPES", [])
        if not isinstance(types, (list, tuple)):
            faults.append(f"{file}: NODE_TYPES must be a list")
            continue
        for fields in types:
            faults += [f"{file}: {fault}" for fault in _type_faults(fields)]
            name = fields.get("type") if isinstance(fields, Mapping) else None
            if isinstance(name, str):
                if by := _owner(name, NODE_TYPES, taken):
                    faults.append(f'{file}: there is a node type "{name}" already, from {by}')
                taken[name] = file
                planes[name] = fields.get("plane")
    for file, module in modules:
        handlers = getattr(module, "HANDLERS", {})
        if not isinstance(handlers, Mapping):
            faults.append(f"{file}: HANDLERS must be a mapping")
            continue
        for name, handler in handlers.items():
            faults += [f"{file}: {f}" for f in _handler_faults(name, handler, planes, shipped)]
            if name in handled:
                faults.append(f'{file}: there is a handler "{name}" already, from {handled[name]}')
            handled[name] = file
    faults += [
        f'{file}: node type "{name}" has no handler'
        for name, file in taken.items()
        if planes[name] == "python" and name not in handled and name not in NODE_TYPES
    ]
    return faults


def _owner(name: str, shipped: Mapping[str, Any], taken: Mapping[str, Path]) -> object:
    return "MySpinBot" if name in shipped else taken.get(name)


def _handler_faults(
    name: str, handler: Any, planes: Mapping[str, Any], shipped: Mapping[str, Any]
) -> list[str]:
    found: list[str] = []
    if getattr(handler, "kind", None) not in _KINDS or not callable(getattr(handler, "run", None)):
        found.append(f'handler "{name}" must be a HandlerSpec of the kind process or async')
    params = getattr(handler, "params", None)
    if params is not None and not (isinstance(params, Mapping) and meta.is_valid(dict(params))):
        found.append(f'handler "{name}": params must be a JSON schema')
    if name in shipped:
        found.append(f'handler "{name}" is shipped and cannot be replaced')
    elif name not in planes:
        found.append(f'handler "{name}" has no node type')
    elif planes[name] == "node":
        found.append(f'handler "{name}": its node type runs on the plane "node"')
    return found


def _type_faults(fields: Any) -> list[str]:
    if not isinstance(fields, Mapping) or not _matches(_NAME, fields.get("type")):
        return ["a node type needs a name in `type`: lower case letters, digits and _"]
    unknown = [(str(field), "is not known") for field in fields if field not in _FIELDS]
    broken = unknown + [
        (field, must) for field, fits, must in _RULES if not fits(fields.get(field))
    ]
    return [f'node type "{fields["type"]}": {field} {must}' for field, must in broken]


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_amount(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e15


def _are_names(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(v, str) and v for v in value)


def _are_amounts(value: Any) -> bool:
    names = ("cpu", "gpu", "vram_gb")
    return isinstance(value, Mapping) and all(_is_amount(value.get(name)) for name in names)


def _are_ports(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        isinstance(port, Mapping)
        and isinstance(port.get("type"), str)
        and re.sub(r"(?<!^)(?=[A-Z])", "_", port["type"]).lower() in SCHEMA_REFS
        and isinstance(port.get("required"), bool)
        for port in value.values()
    )


_FIELDS = {field.name for field in dataclasses.fields(NodeType)}
_PORTS = "must be ports, each with a type such as Text or Image and required: True or False"
_RULES: list[Rule] = [
    ("plane", lambda value: value in ("node", "python"), 'must be "node" or "python"'),
    ("description", lambda value: isinstance(value, str) and value != "", "must be a text"),
    ("timeout_s", lambda value: _is_amount(value) and value > 0, "must be a number above 0"),
    ("engines", _are_names, "must be a list of names"),
    ("resources", _are_amounts, "must have the numbers cpu, gpu and vram_gb"),
    ("schema_digest", lambda value: _matches(_DIGEST, value), "must be 64 hexadecimal digits"),
    ("inputs", _are_ports, _PORTS),
    ("outputs", _are_ports, _PORTS),
]
