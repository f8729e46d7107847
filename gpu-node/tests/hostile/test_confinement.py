"""A handler that was taken over finds no secret, reaches nobody, and takes only its share."""

import os
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from executor.driver import Driver, make_node
from executor.process import GpuNodeProcess, run_gpu_node
from redis.asyncio import Redis
from services import Valkey

EXTENSION = Path(__file__).with_name("extension.py")
SECRET = "canary-of-the-store"
FOREIGN = "canary-of-the-owner"
LIMITS = {
    "child_memory_mb": 700,
    "child_cpu_s": 2,
    "child_file_mb": 8,
    "child_open_files": 90,
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def gpu_node(
    valkey: Valkey, prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[GpuNodeProcess]:
    """One with small limits, whose environment holds secrets."""
    os.environ["SOMEBODYS_TOKEN"] = FOREIGN
    try:
        async with run_gpu_node(
            valkey.url,
            tmp_path_factory.mktemp("confined"),
            key_prefix=prefix,
            extensions=EXTENSION,
            s3_secret_key=SECRET,
            engines=True,
            **LIMITS,
        ) as node:
            yield node
    finally:
        del os.environ["SOMEBODYS_TOKEN"]


async def outcome(driver: Driver, **params: Any) -> dict[str, Any]:
    """The result of one call of the handler."""
    retry = make_node("a", "test_hostile", params=params)
    return await driver.result(await driver.issue(retry), "a")


def is_confined(gpu_node: GpuNodeProcess) -> bool:
    """What the gpu-node says of itself; where it says no, it says why."""
    lines = [line for line in gpu_node.log if line["msg"] == "handler not confined"]
    assert all(line["why"] for line in lines)
    return not lines


async def test_no_secret_is_in_reach(driver: Driver, gpu_node: GpuNodeProcess) -> None:
    text = (await outcome(driver, do="look", pids=[gpu_node.pid, os.getpid()]))["outputs"]["text"]
    assert SECRET not in text
    assert FOREIGN not in text
    assert "GPU_NODE_" not in text.replace("READ", "")
    if is_confined(gpu_node):
        assert "READ" not in text


async def test_the_secrets_are_gone_from_the_environment_that_the_system_shows(
    gpu_node: GpuNodeProcess,
) -> None:
    assert SECRET.encode() not in shown_environment(gpu_node.pid)


def shown_environment(pid: int) -> bytes:
    """Empty where the system does not show it, which is as good."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


async def test_a_handler_reaches_nobody_over_the_network(
    driver: Driver, gpu_node: GpuNodeProcess
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        text = (await outcome(driver, do="call", port=listener.getsockname()[1]))["outputs"]["text"]
    assert text.startswith("refused") == is_confined(gpu_node)


@pytest.mark.parametrize(
    ("act", "code", "says"),
    [
        ("memory", "handler-crashed", "memory"),
        ("cpu", "handler-crashed", "CPU time"),
        ("file", "output-too-large", "larger than it may"),
    ],
)
async def test_a_handler_that_takes_too_much_fails_its_node_alone(
    driver: Driver, gpu_node: GpuNodeProcess, act: str, code: str, says: str
) -> None:
    problem = (await outcome(driver, do=act))["problem"]
    assert problem["code"] == code
    assert says in problem["detail"]
    assert (await outcome(driver, do="core"))["status"] == "succeeded"


async def test_open_files_are_few_and_nothing_is_dumped(
    driver: Driver, gpu_node: GpuNodeProcess
) -> None:
    opened = int((await outcome(driver, do="open"))["outputs"]["text"])
    assert opened < LIMITS["child_open_files"]
    text = (await outcome(driver, do="core"))["outputs"]["text"]
    assert re.split(r" {2,}", text)[1:3] == ["0", "0"]


async def test_files_that_hold_secrets_are_empty_for_handlers(
    valkey: Valkey, redis: Redis, prefix: str, tmp_path: Path
) -> None:
    secret, other, link = (tmp_path / name for name in ("secret", "other", "link"))
    secret.write_text(SECRET)
    secret.chmod(0o600)
    other.write_text(FOREIGN)
    link.symlink_to(secret)
    settings = {"key_prefix": prefix, "extensions": EXTENSION, "pool": "files"}
    files = {"s3_secret_key": "", "s3_secret_key_file": link}
    driver = Driver(redis, prefix, pool="files")
    async with run_gpu_node(valkey.url, tmp_path, **settings, **files) as node:
        text = (await outcome(driver, do="look", files=[str(other), str(secret), str(link)]))[
            "outputs"
        ]["text"]
        assert FOREIGN in text
        assert (SECRET in text) != is_confined(node)
    assert secret.read_text() == SECRET


@pytest.mark.parametrize("confinement", ["off", "required"])
async def test_the_owner_decides(
    valkey: Valkey, tmp_path: Path, gpu_node: GpuNodeProcess, confinement: str
) -> None:
    if confinement == "required" and not is_confined(gpu_node):
        wait_for = "service failed"
    else:
        wait_for = "executor ready"
    settings = {"confinement": confinement, "extensions": EXTENSION}
    async with run_gpu_node(valkey.url, tmp_path, wait_for, **settings) as node:
        assert all(line["msg"] != "handler not confined" for line in node.log)
