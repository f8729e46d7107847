"""Reads the service's settings out of an environment; the only place that knows its variables."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from gpu_node.addresses import (
    AddressError,
    ServiceToken,
    read_drain_address,
    read_redis_address,
    read_store_address,
)
from gpu_node.contracts.config import GPU_NODE_ENV, Variable
from gpu_node.contracts.wire import DEFAULTS
from gpu_node.secret_files import SecretFileError


class ConfigError(Exception):
    """The environment does not make a configuration; `errors` has one sentence per variable."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Config:
    """See config/gpu-node.schema.json; times are in ms."""

    redis_url: str
    access_client_id: str
    access_client_secret: str
    drain_url: str
    host: str
    port: int
    shards: int
    prefix: str
    pool: str
    slots: int
    long_slots: int
    data_dir: Path
    models_dir: Path
    settings: Mapping[str, Any]
    """For handlers: GPU_NODE_SETTINGS, and the variables that the schema marks as settings."""
    cache: bool
    s3_endpoint: str
    s3_access: bool
    s3_region: str
    s3_bucket: str
    s3_access_key: str
    s3_secret_key: str
    show_failures: bool
    log_level: str
    lease_ms: int
    renew_ms: int
    block_ms: int
    drain_grace_ms: int
    labels: Mapping[str, str]
    extensions: str
    hosts: list[str]
    confinement: str
    cpu: float
    gpu: float
    vram_gb: float
    probe_ms: int
    child_memory_mb: int
    child_cpu_s: int
    child_file_mb: int
    child_open_files: int
    child_environment: list[str]
    secret_files: tuple[str, ...] = ()
    """No variable: where secrets were read, which is no place for handlers. Absolute."""

    @property
    def read_ms(self) -> int:
        """How long a blocking read waits: what waits on a server that hangs learns only then that
        another of its cluster has its place."""
        is_cluster = bool(read_redis_address(self.redis_url).cluster)
        return min(self.block_ms, DEFAULTS["cluster_block_ms"]) if is_cluster else self.block_ms

    @property
    def service_token(self) -> ServiceToken | None:
        """For an edge before Redis."""
        if not self.access_client_id:
            return None
        return ServiceToken(self.access_client_id, self.access_client_secret)


_NUMBERS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "integer": (int, "a whole number"),
    "number": (float, "a number"),
}
_READERS: Mapping[str, Callable[[str], object]] = {
    "redis_url": read_redis_address,
    "s3_endpoint": read_store_address,
    "drain_url": read_drain_address,
}
"""What no pattern can say well."""


class ConfigGate(Protocol):
    """The part of the gate that reading the configuration needs."""

    def check(self, name: str, value: Any, /) -> list[Any]:
        """What does not fit the named schema."""
        ...


ReadSecretFile = Callable[[str, str], str]
"""The secret in a file, of which path and variable are given; raises SecretFileError."""


def read_config(
    environment: Mapping[str, str], gate: ConfigGate, read_file: ReadSecretFile
) -> Config:
    """The configuration that an environment makes; raises ConfigError with all that is wrong
    with it."""
    values: dict[str, Any] = {}
    errors: list[str] = []
    secret_files: list[str] = []

    def read(path: str, name: str) -> str:
        secret_files.append(os.path.abspath(path))
        return read_file(path, name)

    for name, variable in GPU_NODE_ENV.items():
        try:
            text = _given(variable, environment, read)
        except SecretFileError as error:
            errors.append(str(error))
            continue
        if text:
            _cast(name, variable, text, values=values, errors=errors)
        elif variable.required:
            file = f", or name a file that holds it in {variable.file_env}"
            how = f"set it{file if variable.file_env else ''}. {variable.description}"
            errors.append(f"{variable.env} is missing: {how}")
        else:
            values[name] = variable.default
    errors += _address_errors(values)
    errors += _schema_errors(gate, values, already=bool(errors))
    if not errors:
        errors += _contradictions(values)
    if errors:
        raise ConfigError(errors)
    values["data_dir"] = Path(values["data_dir"]).absolute()
    values["models_dir"] = Path(values["models_dir"]).absolute()
    for pairs in ("labels", "settings"):
        values[pairs] = dict(pair.split("=", 1) for pair in values[pairs])
    own = [name for name, variable in GPU_NODE_ENV.items() if variable.is_setting]
    values["settings"] |= {name: values.pop(name) for name in own}
    return Config(**values, secret_files=tuple(secret_files))


def _given(variable: Variable, environment: Mapping[str, str], read_file: ReadSecretFile) -> str:
    """The text of a variable, or of the file that is named in its place; empty if neither is."""
    text = environment.get(variable.env, "").strip()
    path = environment.get(variable.file_env, "") if variable.file_env else ""
    if not path or not variable.file_env:
        return text
    if text:
        raise SecretFileError(
            f"{variable.env} and {variable.file_env} are both set: give one of them"
        )
    try:
        return read_file(path, variable.file_env)
    except SecretFileError as error:
        raise SecretFileError(f"{variable.file_env} {error}") from None


def _cast(
    name: str, variable: Variable, text: str, *, values: dict[str, Any], errors: list[str]
) -> None:
    if variable.type in _NUMBERS:
        read, form = _NUMBERS[variable.type]
        try:
            values[name] = read(text)
        except ValueError:
            errors.append(f"{variable.env} is not {form}")
    elif variable.type == "boolean":
        # A word that is not known must not turn anything off: the schema refuses it.
        values[name] = {"true": True, "false": False}.get(text.lower(), text)
    elif variable.is_list:
        values[name] = [part.strip() for part in text.split(",") if part.strip()]
    else:
        values[name] = text


def _address_errors(values: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for name, read in _READERS.items():
        try:
            if values.get(name):
                read(values[name])
        except AddressError as error:
            found.append(f"{GPU_NODE_ENV[name].env} {error}")
    return found


def _contradictions(values: dict[str, Any]) -> list[str]:
    found: list[str] = []
    if values["renew_ms"] * 3 > values["lease_ms"]:
        found.append("GPU_NODE_RENEW_MS must be at most a third of GPU_NODE_LEASE_MS")
    client_id, secret = (bool(values[f"access_client_{part}"]) for part in ("id", "secret"))
    if client_id != secret:
        names = ["GPU_NODE_ACCESS_CLIENT_ID", "GPU_NODE_ACCESS_CLIENT_SECRET"]
        given, missing = names if client_id else names[::-1]
        found.append(f"{given} is set without {missing}: a service token has both")
    if values["s3_access"] and not (client_id and secret):
        found.append("GPU_NODE_S3_ACCESS is true without a service token in GPU_NODE_ACCESS_*")
    elif values["s3_access"] and not read_store_address(values["s3_endpoint"]).tls:
        found.append(
            "GPU_NODE_S3_ACCESS sends a service token, and GPU_NODE_S3_ENDPOINT has no TLS"
        )
    return found


def _schema_errors(gate: ConfigGate, values: dict[str, Any], *, already: bool) -> list[str]:
    """What the schema says; missing variables have been named before."""
    found: list[str] = []
    for error in gate.check("gpu_node_config", values):
        name = error.pointer.split("/")[1] if error.pointer else ""
        variable = GPU_NODE_ENV.get(name)
        if variable and name in _READERS:
            continue
        if variable:
            # A secret's value must not reach a terminal or a log.
            detail = "does not have the right form" if variable.secret else error.detail
            found.append(f"{variable.env}: {detail}")
        elif not already:
            found.append(error.detail)
    return found
