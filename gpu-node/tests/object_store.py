"""Starts a real S3 store (SeaweedFS) for tests: the flags are those of `scripts/services/`."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from minio import Minio
from services import free_ports, running
from urllib3 import PoolManager

_GRPC_ABOVE = 10_000
"""Its parts look for each other's grpc ports that much above their own."""


@dataclass(frozen=True)
class Seaweed:
    """A running S3 store; the fields are what an S3 client needs."""

    endpoint: str
    region: str
    bucket: str
    access_key: str
    secret_key: str


@contextmanager
def start_seaweed(folder: Path, bucket: str = "myspinbot") -> Iterator[Seaweed]:
    """Runs an S3 store with fresh credentials and one bucket; ready after about 3 s."""
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    access_key, secret_key = secrets.token_hex(10), secrets.token_hex(20)
    identity = {
        "name": "myspinbot",
        "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    s3, master, volume, filer = free_ports(4, _GRPC_ABOVE)
    region = "us-east-1"
    address = f"127.0.0.1:{s3}"
    # Without the SDK's own retries a store that comes up is noticed at once.
    http = PoolManager(retries=False, timeout=2)
    client = Minio(address, access_key, secret_key, secure=False, region=region, http_client=http)

    def bucket_exists() -> bool:
        if not client.bucket_exists(bucket):
            client.make_bucket(bucket)
        return True

    log = folder / "seaweedfs.log"
    with ExitStack() as parts:
        # It takes 17 s to obey SIGTERM, and loses nothing that was written when it is killed.
        for command in (_master(folder, master), _volume(folder, volume, master)):
            parts.enter_context(running(command, log, lambda: True, 60, grace_s=0))
        command = _filer(folder, filer, master, s3)
        parts.enter_context(running(command, log, bucket_exists, 60, grace_s=0))
        yield Seaweed(f"http://{address}", region, bucket, access_key, secret_key)


def _part(name: str, port: int) -> list[str]:
    """One of three processes: as one it would leave a socket per port in /tmp."""
    return [
        *(str(Path(sys.prefix) / "bin" / "weed"), "-logtostderr=true", name),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *(f"-port={port}", f"-port.grpc={port + _GRPC_ABOVE}"),
    ]


def _master(folder: Path, port: int) -> list[str]:
    return [
        *_part("master", port),
        *(f"-mdir={folder / 'objects'}", "-peers=none", "-telemetry=false"),
        *("-electionTimeout=1s", "-heartbeatInterval=100ms", "-volumeSizeLimitMB=256"),
    ]


def _volume(folder: Path, port: int, master: int) -> list[str]:
    return [
        *_part("volume", port),
        *(f"-dir={folder / 'objects'}", f"-master=127.0.0.1:{master}"),
        *("-max=0", "-minFreeSpace=64MiB", "-preStopSeconds=0"),
    ]


def _filer(folder: Path, port: int, master: int, s3: int) -> list[str]:
    return [
        *_part("filer", port),
        *(f"-master=127.0.0.1:{master}", f"-defaultStoreDir={folder / 'objects'}"),
        *("-localSocket=filer.sock", "-s3", f"-s3.port={s3}"),
        *(f"-s3.port.grpc={s3 + _GRPC_ABOVE}", "-s3.port.iceberg=0", "-s3.port.lance=0"),
        *("-s3.iam=false", "-s3.localSocket=s3.sock"),
        f"-s3.config={folder / 's3.json'}",
    ]
