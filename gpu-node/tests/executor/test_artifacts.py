"""Bytes in and out, against a real object store."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from executor.driver import Driver, make_node
from executor.edge import TOKEN, stand_in
from executor.process import GpuNodeProcess, run_gpu_node
from minio import Minio
from object_store import Seaweed, start_seaweed
from services import Valkey
from ulid import ULID

from gpu_node.clock import SystemClock
from gpu_node.config import Config, read_config
from gpu_node.errors import RetryableError
from gpu_node.executor.artifacts import ArtifactStore
from gpu_node.gate import Gate
from gpu_node.metrics import Metrics

Values = dict[str, Any]


@pytest.fixture(scope="module")
def seaweed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seaweed]:
    """An S3 store."""
    with start_seaweed(tmp_path_factory.mktemp("seaweed")) as store:
        yield store


@pytest.fixture(scope="module")
def bucket(seaweed: Seaweed) -> Minio:
    """A client of it."""
    address = seaweed.endpoint.removeprefix("http://")
    keys = {"access_key": seaweed.access_key, "secret_key": seaweed.secret_key}
    return Minio(address, **keys, secure=False, region=seaweed.region)


@pytest_asyncio.fixture(loop_scope="session", scope="module", autouse=True)
async def storing_node(
    valkey: Valkey, seaweed: Seaweed, prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GpuNodeProcess]:
    """A gpu-node with that store."""
    settings = {
        "key_prefix": prefix,
        "s3_endpoint": seaweed.endpoint,
        "s3_bucket": seaweed.bucket,
        "s3_access_key": seaweed.access_key,
        "s3_secret_key": seaweed.secret_key,
    }
    folder = tmp_path_factory.mktemp("storing")
    async with run_gpu_node(valkey.url, folder, **settings) as node:
        node.folder = folder  # type: ignore[attr-defined]
        yield node


def put(bucket: Minio, seaweed: Seaweed, data: bytes, **changes: Any) -> Values:
    """Store bytes; a reference to them, with `changes` that may be lies."""
    ref = {
        "artifact_id": "art_s0_input",
        "key": "files/file_input",
        "media_type": "text/plain",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "name": "input.txt",
        "meta": {},
        **changes,
    }
    bucket.put_object(seaweed.bucket, "files/file_input", BytesIO(data), len(data))
    return ref


async def test_a_reference_that_a_client_forged_within_data_is_not_fetched(
    driver: Driver, bucket: Minio, seaweed: Seaweed
) -> None:
    """Fetching it would fail: its bytes are not there, and the digest is another one's."""
    real = put(bucket, seaweed, b"others'", sha256="0" * 64)
    forged = {"deep": [{"er": real}], "gone": {**real, "key": "runs/other/gone"}}
    task_id = await driver.issue(
        make_node("a", "test_process", params={"text": "fine"}, inputs={"json": forged})
    )
    assert (await driver.result(task_id, "a"))["outputs"] == {"text": "fine"}


async def test_outputs_are_stored_before_the_node_is_reported_and_reach_the_next_one(
    driver: Driver, bucket: Minio, seaweed: Seaweed, storing_node: Any
) -> None:
    task_id = await driver.issue(
        make_node("a", "test_process", params={"write": "bytes ", "times": 3}),
        make_node("b", "test_process", inputs={"file": "$a.file"}),
    )
    ref = (await driver.result(task_id, "a"))["outputs"]["file"]
    assert (await driver.result(task_id, "b"))["outputs"]["text"] == "bytes bytes bytes "
    answer = await asyncio.to_thread(bucket.get_object, seaweed.bucket, ref["key"])
    assert hashlib.sha256(answer.data).hexdigest() == ref["sha256"]
    assert answer.headers["content-type"] == "text/plain"
    assert ref["key"].startswith("runs/run_s0_")
    assert f"/{task_id}/{ref['sha256']}/out.txt" in ref["key"]
    assert ref["artifact_id"].startswith("art_s0_")
    await storing_node.logged(lambda x: x["msg"] == "task ended" and x["task_id"] == task_id)
    good = await driver.issue(make_node("a"))
    await driver.ending(good)
    left = storing_node.folder / "data" / "tasks" / storing_node.executor_id / task_id
    assert not left.exists()


async def test_an_input_is_fetched_once_for_all_nodes_of_a_task(
    driver: Driver, bucket: Minio, seaweed: Seaweed
) -> None:
    ref = put(bucket, seaweed, b"input")
    task_id = await driver.issue(
        make_node("a", "test_process", inputs={"file": ref}),
        make_node("b", "test_process", inputs={"file": ref}),
    )
    for name in ("a", "b"):
        assert (await driver.result(task_id, name))["outputs"]["text"] == "input"


@pytest.mark.parametrize(
    ("changes", "code", "problem_class"),
    [
        ({"sha256": "0" * 64}, "file-mismatch", "permanent"),
        ({"size": 3}, "file-mismatch", "permanent"),
        ({"size": 9}, "file-mismatch", "permanent"),
        ({"size": 1 << 50}, "disk-full", "retryable"),
        ({"key": "files/file_gone"}, "artifact-not-found", "permanent"),
    ],
)
async def test_bytes_that_are_not_the_announced_ones_fail_the_node(
    driver: Driver,
    bucket: Minio,
    seaweed: Seaweed,
    changes: Values,
    code: str,
    problem_class: str,
) -> None:
    ref = put(bucket, seaweed, b"input", **changes)
    task_id = await driver.issue(make_node("a", "test_process", inputs={"file": ref}))
    problem = (await driver.result(task_id, "a"))["problem"]
    assert (problem["code"], problem["class"]) == (code, problem_class)


async def test_a_store_that_is_away_is_worth_another_try(
    bucket: Minio, seaweed: Seaweed, valkey: Valkey, tmp_path: Path, redis: Any
) -> None:
    prefix = f"t{ULID()}"
    lonely = Driver(redis, prefix)
    ref = put(bucket, seaweed, b"input")
    async with run_gpu_node(valkey.url, tmp_path, key_prefix=prefix):
        reads = await lonely.issue(make_node("a", "test_process", inputs={"file": ref}))
        writes = await lonely.issue(make_node("a", "test_process", params={"write": "x"}))
        for task_id in (reads, writes):
            problem = (await lonely.result(task_id, "a"))["problem"]
            assert (problem["code"], problem["class"]) == ("store-unavailable", "retryable")


def config_of(endpoint: str, seaweed: Seaweed, **changes: str) -> Config:
    """Of a gpu-node whose store is there, behind Access."""
    environment = {
        "REDIS_URL": "redis://127.0.0.1:9",
        "S3_ENDPOINT": endpoint,
        "S3_BUCKET": seaweed.bucket,
        "S3_ACCESS_KEY": seaweed.access_key,
        "S3_SECRET_KEY": seaweed.secret_key,
        "S3_ACCESS": "true",
        "ACCESS_CLIENT_ID": TOKEN.client_id,
        "ACCESS_CLIENT_SECRET": TOKEN.client_secret,
        **changes,
    }
    named = {f"GPU_NODE_{name}": value for name, value in environment.items()}
    return read_config(named, Gate(), lambda path, _: path)


async def test_brings_bytes_through_an_edge_that_wants_a_service_token(
    bucket: Minio, seaweed: Seaweed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(seaweed.endpoint.rsplit(":", 1)[1])
    data = b"through the edge"
    ref = put(bucket, seaweed, data)
    async with stand_in(tmp_path / "edge", port, "http") as edge:
        monkeypatch.setenv("SSL_CERT_FILE", edge.certificate)
        store = ArtifactStore(config_of(edge.store_url, seaweed), SystemClock())
        await store.get(ref, tmp_path / "got")
        assert (tmp_path / "got").read_bytes() == data
        await store.put(tmp_path / "got", ref | {"key": "runs/r/edge"})
        assert bucket.get_object(seaweed.bucket, "runs/r/edge").data == data
        assert await store.check() is None
        for mode in ("forbidden", "login", "page"):
            await edge.behave(mode=mode)
            with pytest.raises(RetryableError, match="an edge before it, answers with a page"):
                await store.put(tmp_path / "got", ref | {"key": "runs/r/refused"})
        await edge.well()
        without = ArtifactStore(
            config_of(edge.store_url, seaweed, S3_ACCESS="false"), SystemClock()
        )
        said = await without.check()
        assert said and "an edge before it, answers with a page that is not its own" in said
        for each in (store, without):
            each.close()


@pytest.mark.parametrize("status", [500, 507])
async def test_names_the_disk_of_a_store_that_keeps_no_bytes(
    seaweed: Seaweed, tmp_path: Path, status: int
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"bytes")
    ref = {"key": "runs/r/a", "name": "a", "size": 5, "media_type": "text/plain"}
    ref["sha256"] = hashlib.sha256(b"bytes").hexdigest()
    full = f"The object store answered {status} (Full) to bytes that it should keep; perhaps its"
    async with refusing_store(b"PUT", status, "Full") as endpoint:
        store = ArtifactStore(config_of(endpoint, seaweed, S3_ACCESS="false"), SystemClock())
        assert await store.check() is None
        with pytest.raises(RetryableError, match=re.escape(full)):
            await store.put(path, ref)
        assert (await store.check() or "").startswith(full)
        store.close()


@pytest.mark.parametrize(
    ("status", "code", "remedy"),
    [
        (403, "InvalidAccessKeyId", ": correct GPU_NODE_S3_ACCESS_KEY"),
        (403, "SignatureDoesNotMatch", ": correct GPU_NODE_S3_SECRET_KEY"),
        (
            403,
            "AccessDenied",
            ": let the access key do this, as the policies in infra/minio have it",
        ),
        (403, "RequestTimeTooSkewed", ": set the clock of this machine, or the store's"),
        (404, "NoSuchBucket", ": make the bucket, or correct GPU_NODE_S3_BUCKET"),
        (400, "Odd", ""),
    ],
)
async def test_says_what_mends_a_refusal_of_the_store(
    seaweed: Seaweed, status: int, code: str, remedy: str
) -> None:
    async with refusing_store(b"GET", status, code) as endpoint:
        config, metrics = config_of(endpoint, seaweed, S3_ACCESS="false"), Metrics()
        store = ArtifactStore(config, SystemClock(), metrics)
        assert await store.check() == f"The object store answered {status} ({code}){remedy}."
        assert metrics.registry.get_sample_value("gpu_node_store_errors_total") == 1
        store.close()


@asynccontextmanager
async def refusing_store(method: bytes, status: int, code: str) -> AsyncIterator[str]:
    """A store that refuses one method, and answers to all else as if it were empty."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = b"<ListBucketResult><Name>b</Name><Prefix></Prefix></ListBucketResult>"
        line = b"200 OK"
        if head.startswith(method):
            line = f"{status} No".encode()
            body = f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
        writer.write(
            b"HTTP/1.1 %b\r\nContent-Type: application/xml\r\nConnection: close\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (line, len(body), body)
        )
        await writer.drain()
        # What it has not read would end the connection before the answer is.
        await reader.read()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
