"""Brings artifacts from and to the object store; the only place that knows its SDK."""

import asyncio
import hashlib
import io
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from gpu_node.addresses import ServiceToken, read_store_address
from gpu_node.clock import Clock
from gpu_node.config import Config
from gpu_node.connection_faults import connection_fault
from gpu_node.contracts.keys import object_key_file_folder
from gpu_node.errors import GpuNodeError, PermanentError, RetryableError
from gpu_node.metrics import Metrics
from gpu_node.store_faults import remedy_of

_CHUNK_BYTES = 1 << 18
_PART_BYTES = 16 << 20
_THREADS = 4
# Room that must stay free on the disk beside what is downloaded.
_RESERVE_BYTES = 64 << 20
_PAGE = "answers with a page that is not its own"
_FULL_FOR_S = 30.0
"""How long the store counts as full after it would not keep bytes: it says so nowhere else."""
_NO_ROOM = {500, 507}
"""SeaweedFS answers 500, MinIO 507; few stores say that their disk is full."""
_UNAVAILABLE = "store-unavailable"
_GONE = {"NoSuchKey", "NoSuchObject"}

Ref = dict[str, Any]
T = TypeVar("T")


class ArtifactStore:
    """One bucket. All calls run in threads and raise GpuNodeError."""

    def __init__(self, config: Config, clock: Clock, metrics: Metrics | None = None) -> None:
        self._clock = clock
        self._metrics = metrics or Metrics()
        address = read_store_address(config.s3_endpoint)
        host = f"[{address.host}]" if ":" in address.host else address.host
        place = f"{host}:{address.port}"
        pool_manager = _pool_manager(config.service_token if config.s3_access else None)
        self._bucket = config.s3_bucket
        self._client = Minio(
            place,
            access_key=config.s3_access_key,
            secret_key=config.s3_secret_key,
            secure=address.tls,
            region=config.s3_region,
            http_client=pool_manager(
                maxsize=_THREADS,
                timeout=Timeout(connect=3, read=30),
                retries=Retry(
                    total=2,
                    backoff_factor=0.2,
                    status_forcelist=[500, 502, 503, 504],
                    # The last answer says what is wrong.
                    raise_on_status=False,
                ),
            ),
        )
        # Without retries: readiness must answer in time.
        self._probe = Minio(
            place,
            access_key=config.s3_access_key,
            secret_key=config.s3_secret_key,
            secure=address.tls,
            region=config.s3_region,
            http_client=pool_manager(timeout=Timeout(connect=2, read=2), retries=False),
        )
        self._full: tuple[str, float] | None = None
        """That it would not keep bytes, and until when this counts."""
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="artifacts")

    async def get(self, ref: Ref, target: Path) -> None:
        """Download an artifact; its size and digest must be the announced ones."""
        await self._in_thread(lambda: self._download(ref, target))

    async def put(self, path: Path, ref: Ref) -> None:
        """Upload a file that has the reference's size and digest."""
        try:
            await self._in_thread(lambda: self._upload(path, ref))
        except RetryableError as error:
            cause = error.__cause__
            if not isinstance(cause, S3Error) or _status_of(cause) not in _NO_ROOM:
                raise
            full = _unavailable(
                f"{_answer_of(cause)} to bytes that it should keep; perhaps its disk is full"
            )
            self._full = (full.detail, self._clock.elapsed() + _FULL_FOR_S)
            raise full from cause
        self._full = None

    async def check(self) -> str | None:
        """What is wrong with the store, or None."""
        try:
            await self._in_thread(self._look)
        except GpuNodeError as error:
            return error.detail
        if self._full and self._clock.elapsed() < self._full[1]:
            return self._full[0]
        return None

    def close(self) -> None:
        """Let running transfers end by themselves; nothing new begins."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except GpuNodeError as error:
            if error.code == _UNAVAILABLE:
                self._metrics.store_errors.inc()
            raise
        except InvalidResponseError as error:
            # An edge answers so that does not pass on what is asked of it; the SDK's own words
            # would show the page.
            raise self._failed(f"The object store, or an edge before it, {_PAGE}") from error
        except S3Error as error:
            if error.code in _GONE:
                raise PermanentError("artifact-not-found", "An input's bytes are gone.") from error
            raise self._failed(f"{_answer_of(error)}{remedy_of(error.code)}") from error
        except (MinioException, HTTPError, ConnectionError, TimeoutError) as error:
            fault = connection_fault(error, "the object store")
            raise self._failed(fault or "The object store did not answer in time") from error

    def _failed(self, sentence: str) -> RetryableError:
        self._metrics.store_errors.inc()
        return _unavailable(sentence)

    def _look(self) -> None:
        # A listing, because an answer to HEAD has no body that could say what is wrong.
        next(iter(self._probe.list_objects(self._bucket, prefix=object_key_file_folder())), None)

    def _download(self, ref: Ref, target: Path) -> None:
        size = int(ref["size"])
        target.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(target.parent).free < size + _RESERVE_BYTES:
            raise RetryableError("disk-full", "There is no room left on the gpu-node's disk.")
        part = target.with_name(target.name + ".part")
        digest, count = hashlib.sha256(), 0
        response = self._client.get_object(self._bucket, ref["key"])
        try:
            with part.open("wb") as file:
                for chunk in response.stream(_CHUNK_BYTES):
                    count += len(chunk)
                    if count > size:
                        break
                    digest.update(chunk)
                    file.write(chunk)
        finally:
            response.close()
            response.release_conn()
        if count != size or digest.hexdigest() != ref["sha256"]:
            part.unlink(missing_ok=True)
            raise PermanentError(
                "file-mismatch", f"The bytes of {ref['name']} are not the announced ones."
            )
        os.replace(part, target)

    def _upload(self, path: Path, ref: Ref) -> None:
        with path.open("rb") as file:
            if _sha256(file) != ref["sha256"] or file.tell() != ref["size"]:
                raise PermanentError("invalid-output", f"{ref['name']} changed after it was put.")
            file.seek(0)
            kept = self._client.put_object(
                self._bucket,
                ref["key"],
                file,
                ref["size"],
                content_type=ref["media_type"],
                metadata={"sha256": ref["sha256"]},
                part_size=_PART_BYTES,
            )
        if not kept.etag:
            raise _unavailable(f"The object store, or an edge before it, {_PAGE}")


def _pool_manager(token: ServiceToken | None) -> type[PoolManager]:
    """What makes connections; behind Access each request brings the token and follows nobody to a
    page to log in."""
    if token is None:
        return PoolManager
    shown = {"CF-Access-Client-Id": token.client_id, "CF-Access-Client-Secret": token.client_secret}

    class Shown(PoolManager):
        def urlopen(self, method: str, url: str, redirect: bool = True, **more: Any) -> Any:
            headers = {**(more.pop("headers", None) or {}), **shown}
            return super().urlopen(method, url, redirect=False, headers=headers, **more)

    return Shown


def _sha256(file: io.BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _status_of(error: S3Error) -> int | None:
    return getattr(error.response, "status", None)


def _answer_of(error: S3Error) -> str:
    return f"The object store answered {_status_of(error) or 'an error'} ({error.code})"


def _unavailable(sentence: str) -> RetryableError:
    return RetryableError(_UNAVAILABLE, f"{sentence}.")
